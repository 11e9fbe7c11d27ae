"""Parses plain values, or the old text form, into the syntax tree of a Runefile."""
