"""Commands that use a registry."""
