"""Passes, which rewrite a graph into a smaller one with the same results, one module each. Import from the modules."""
