"""Ops that join two tensors element by element, with broadcasting: arithmetic, comparisons, choices."""
