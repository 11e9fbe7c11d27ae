"""The requests of an editor about a block in Python: the same as about a Runefile, answered for its own text."""
