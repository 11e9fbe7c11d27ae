"""Ops that move elements and compute nothing: other dimensions, parts, joins, look-ups."""
