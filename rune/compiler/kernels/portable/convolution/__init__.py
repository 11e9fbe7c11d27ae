"""Kernels of sums of products, and of pooling."""
