"""ASGI applications and messages: the part of the server that runs before Django sees a request, and beside it."""
