"""What the server does before Django sees a connection, and beside it: ASGI applications and their messages."""
