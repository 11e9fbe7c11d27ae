"""Ops that change how numbers are stored, and the arithmetic that ops of integers and floats share."""
