"""A live document in this process: its sockets, updates and who is there."""
