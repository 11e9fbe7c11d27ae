"""Reads a checked pipeline and its model files into a graph. Import from the modules."""
