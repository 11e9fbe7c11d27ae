"""Drift in the field: the features that changed, since when, and on which devices, from counts of each day. Pure."""
