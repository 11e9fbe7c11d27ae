"""Completions at a place of a Runefile."""
