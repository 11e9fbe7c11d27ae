"""Sizes that a file leaves open, fixed as the interpreter fixes them."""
