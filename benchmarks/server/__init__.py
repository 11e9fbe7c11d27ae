"""Measurements of a running server: its start, its pages, edits, builds, people at once."""
