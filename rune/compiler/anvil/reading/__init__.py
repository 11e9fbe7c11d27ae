"""From a checked pipeline and its model files to a graph. Import from the modules."""
