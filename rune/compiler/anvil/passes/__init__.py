"""What rewrites a graph into a smaller one of the same meaning, a module a pass. Import from the modules."""
