"""Writing data sets in the layouts that imports read: pure functions from samples to names and bytes of files."""
