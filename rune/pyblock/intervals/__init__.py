"""Says which whole numbers a typed block can compute, so that proven operations need no check while it runs."""
