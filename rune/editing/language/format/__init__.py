"""Formatting a Runefile."""
