"""Commands that tell whether a rune computes what it should, how good it is, and what it fits."""
