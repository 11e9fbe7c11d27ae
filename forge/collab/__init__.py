"""Live documents and the event stream over sockets."""
