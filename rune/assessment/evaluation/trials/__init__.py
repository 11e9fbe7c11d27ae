"""Trials of a rune without labelled samples: on built-in background sounds, and on the inputs that a person gives."""
