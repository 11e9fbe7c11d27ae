"""Limits: what is decided of connections, requests, bodies and sockets before Django sees them.

Each limit is per address until a person is known, and then per person, so that nobody is kept out by another.
"""
