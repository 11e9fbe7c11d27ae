"""Polls that are held until something changes, where the server has room for them."""
