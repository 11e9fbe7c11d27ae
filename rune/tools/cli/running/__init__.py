"""Commands that run a rune, here or on a board, and their options."""
