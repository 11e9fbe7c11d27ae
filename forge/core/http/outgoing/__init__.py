"""Connections from the server to addresses that people typed."""
