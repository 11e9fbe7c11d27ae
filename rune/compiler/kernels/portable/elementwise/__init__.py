"""Kernels that join two tensors element by element."""
