"""Edits of the graph, one module for each kind of change. `rune.editing.language.graph.edit` is the entry point."""
