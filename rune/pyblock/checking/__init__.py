"""Checks the text of a block's file: returns a typed block, or all problems of the text."""
