"""A file's description of its numbers: labels, ranges of pixels, probabilities."""
