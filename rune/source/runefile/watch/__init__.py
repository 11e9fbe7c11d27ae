"""Decides what a rune counts of its answers: the scores, the features, and the edges between their bins."""
