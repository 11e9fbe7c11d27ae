"""From the text of a block's file to a typed block, or to all problems of the text."""
