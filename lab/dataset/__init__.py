"""Data for training: recordings with labels, their splits, and the features that a rune computes of them."""
