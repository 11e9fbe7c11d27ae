"""One module a layout: each finds its own marks in the files, and describes their recordings."""
