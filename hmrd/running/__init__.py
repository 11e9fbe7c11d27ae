"""Running a rune: what feeds it, its limits, and where its answers go."""
