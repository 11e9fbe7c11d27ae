"""Measures how good a rune is on labelled samples: accuracy, each label's precision and recall, hits and false alarms
an hour.

`evaluating` runs a rune on samples, `reading` finds samples in folders, tables and zips, `evaluation` holds what was
found, and `wording` and `junit` say it. Reading samples runs nothing.
"""
