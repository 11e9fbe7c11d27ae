"""The destinations of answers. Each sink has a bounded queue of its own, and none blocks the rune or another sink."""
