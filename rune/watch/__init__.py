"""What a rune counts where it runs: the bins that a build fixes, the counts, and their bytes. Pure."""
