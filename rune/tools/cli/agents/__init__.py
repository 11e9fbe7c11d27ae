"""`rune mcp`: the tools of assistants over a folder, without a server."""
