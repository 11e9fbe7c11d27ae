"""Kernels of functions of one number, and of a row of numbers."""
