"""Taking edits of texts back, newest first, so that what others wrote in between stays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rune.editing.merge.lines import clearly_merged

EditedTexts = Mapping[str, Sequence[str | None]]
"""The texts of one edit, `{path: [before, after]}`; None for a file that was not there, or is no more."""


@dataclass(frozen=True)
class UndoResult:
    """The texts after it, and the paths at which somebody changed the same lines since: these texts stay."""

    texts: Mapping[str, str | None]
    conflicts: tuple[str, ...]


def undo_edits(now: Mapping[str, str], edits: Iterable[EditedTexts]) -> UndoResult:
    """Takes edits back that were made in this order. A text in which one of them cannot be taken back stays whole."""
    texts: dict[str, str | None] = {}
    conflicts: set[str] = set()
    for edit in reversed(tuple(edits)):
        for path, (before, after) in edit.items():
            text = texts.get(path, now.get(path))
            if text == before or path in conflicts:
                continue
            reverted = _reverted(text, before, after)
            if reverted is _CONFLICT:
                conflicts.add(path)
            else:
                texts[path] = reverted
    changed = {path: text for path, text in texts.items() if path not in conflicts and text != now.get(path)}
    return UndoResult(changed, tuple(sorted(conflicts)))


_CONFLICT: Final = "\0"
"""A mark in place of a text; no text holds it."""


def _reverted(text: str | None, before: str | None, after: str | None) -> str | None:
    """Returns the text without the edit; `_CONFLICT` where somebody changed the same lines since."""
    if text == after:
        return before
    if text is None or before is None or after is None:
        return _CONFLICT
    merged_text = clearly_merged(after, text, before)
    return _CONFLICT if merged_text is None else merged_text
