"""Models against the reference interpreter."""
