"""Takes the edges between the bins of a rune's counts from samples, and counts the test samples: the reference."""
