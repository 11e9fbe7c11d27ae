"""Edits of the graph, one module for each kind of change. `rune.source.language.graph.edit` is the entry point."""
