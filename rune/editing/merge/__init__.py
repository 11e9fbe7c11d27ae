"""Merging two sides that changed the same files: by stage, by line, and other files as a whole. Pure.

Three sides come in: what both had (`base`), `ours` and `theirs`. What only one of them changed is taken; where both
did, and not the same, there is a conflict, which holds what each side says. Nothing is decided by itself, and nothing
is lost.
"""

from rune.editing.merge.conflicts import ConflictKind, MergeChoice, MergeConflict, MergedText, Side
from rune.editing.merge.files import (
    Content,
    FileMerge,
    FilesMerge,
    SideFiles,
    StoredContent,
    TextContent,
    former_paths,
    merge_files,
)
from rune.editing.merge.lines import merge_lines
from rune.editing.merge.runefile import merge_runefile
from rune.editing.merge.selection import (
    ChangedFile,
    SelectableChange,
    SelectionKind,
    list_changes,
    missing_needs,
    selected_changes,
)
from rune.editing.merge.undoing import EditedTexts, UndoResult, undo_edits

__all__ = [
    "ChangedFile",
    "ConflictKind",
    "Content",
    "EditedTexts",
    "FileMerge",
    "FilesMerge",
    "MergeChoice",
    "MergeConflict",
    "MergedText",
    "SelectableChange",
    "SelectionKind",
    "Side",
    "SideFiles",
    "StoredContent",
    "TextContent",
    "UndoResult",
    "former_paths",
    "list_changes",
    "merge_files",
    "merge_lines",
    "merge_runefile",
    "missing_needs",
    "selected_changes",
    "undo_edits",
]
