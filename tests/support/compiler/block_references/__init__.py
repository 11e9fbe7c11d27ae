"""Independent NumPy references of blocks: the golden vectors are what they give."""
