"""Kernels of images and of what is detected in them."""
