"""What the server does when it starts: its database, and the address that it serves."""
