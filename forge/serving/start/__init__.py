"""The start of the server: its database, and the address that it serves."""
