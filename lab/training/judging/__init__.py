"""How often the rune of a run is right, how far its numbers are off, how well it counts; and its thresholds."""
