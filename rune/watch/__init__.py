"""The counts of a rune where it runs: the bins that a build fixes, the counts, and their bytes. Pure."""
