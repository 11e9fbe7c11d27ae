"""The command `hmrd`."""
