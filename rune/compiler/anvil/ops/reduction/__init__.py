"""Ops that make one number of the numbers along a dimension."""
