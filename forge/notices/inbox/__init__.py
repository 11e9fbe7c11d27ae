"""A person's inbox: its lists, and the socket that says how many notices are unread."""
