"""Boards that people own, one small file each, and whether a rune fits one. Pure: nothing here builds or measures."""
