"""Commands that build a project."""
