"""Commands that describe a rune, a model or a project without running it."""
