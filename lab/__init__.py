"""Conversion and quantisation of models. Uses `rune` and never `forge`; see README.md in this folder."""
