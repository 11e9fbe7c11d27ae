"""What an editor asks about a block in Python: the same questions as about a Runefile, answered of its own text."""
