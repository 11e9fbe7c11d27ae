"""The frames of the y-websocket protocol, and the updates in them, as strangers send them."""
