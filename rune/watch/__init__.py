"""The counts that a rune makes where it runs: the bins that its build fixes, the counts, and their bytes. Pure."""
