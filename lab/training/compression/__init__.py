"""Ways to a smaller network: channels that are removed, and a larger one to learn from."""
