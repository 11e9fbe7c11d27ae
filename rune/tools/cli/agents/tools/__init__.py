"""The tools of `rune mcp`, a module for each kind. Those with names of the server's tools answer in the same form."""
