"""Choosing the kernels of a target for a graph."""
