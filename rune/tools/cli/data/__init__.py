"""`rune data`: the samples of a project as a folder."""
