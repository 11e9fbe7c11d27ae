"""Kernels that change how numbers are stored."""
