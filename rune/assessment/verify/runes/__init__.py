"""A rune against its own pipeline and its project, byte by byte."""
