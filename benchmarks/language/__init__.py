"""Measurements of the language: checking a Runefile, answering an editor, the command."""
