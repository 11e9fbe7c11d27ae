"""Edits of the graph, one module for what each changes. `rune.language.graph_edit` is the door."""
