"""Running a block in Python: the text itself, and the reference interpreter of the typed block."""
