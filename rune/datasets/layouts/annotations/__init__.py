"""Marks that other tools make within a recording, and whose marks count."""
