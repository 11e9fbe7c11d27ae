"""Running a rune on one input, with its outputs by the names of their stages."""
