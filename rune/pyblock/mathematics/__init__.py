"""The mathematics of blocks, written in the language of blocks."""
