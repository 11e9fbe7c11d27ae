"""Measurements of the compiler: reading models, building them, and their code."""
