"""The language service for Runefiles: completion, hover, navigation, fixes, format and graph edits.

Pure functions over a project's files and a place in the text; they also run in a browser. It knows no editor and no
protocol: the LSP, the browser and the server are shells around it.
"""

from rune.editing.language.facts.analysis import Analysis, analyse

__all__ = ["Analysis", "analyse"]
