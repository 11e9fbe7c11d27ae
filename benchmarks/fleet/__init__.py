"""Figures about devices at their server."""
