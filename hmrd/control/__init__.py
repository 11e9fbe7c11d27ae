"""The socket through which a person at the device speaks to the running daemon."""
