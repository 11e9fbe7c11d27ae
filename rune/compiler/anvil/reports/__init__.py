"""Reports of a compilation."""
