"""Edits of the graph, one module for each kind of change. `rune.source.language.graph_edit` is the entry point."""
