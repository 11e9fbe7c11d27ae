"""Where the buffers of a program lie."""
