"""A rune that runs beside the one that answers: what it gets, its memory, and which labels both gave."""
