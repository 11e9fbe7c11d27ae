"""What a file says its numbers mean: labels, ranges of pixels, probabilities."""
