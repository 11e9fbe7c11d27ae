"""Files that a command line names: reading them, writing them, and which may be read."""
