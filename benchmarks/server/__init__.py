"""What is measured of a server that runs: its start, its pages, edits, builds, people at once."""
