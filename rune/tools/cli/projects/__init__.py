"""Commands that read, check and write the text of a project."""
