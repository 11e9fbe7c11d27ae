"""Inputs of a rune: from files, recordings and generated numbers."""
