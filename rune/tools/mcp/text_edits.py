"""Edits of texts, all of them or none. An edit of a text that has changed is a conflict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from pydantic import Field

from rune.tools.mcp.declarations import ToolAnswer, ToolArguments
from rune.tools.mcp.project_files import FileRow, ProjectProblem

MOST_EDITS: Final = 50
"""Edits of one call."""
LONGEST_EDIT: Final = 256 * 1024
"""Characters of one text."""


class TextHasChanged(Exception):
    """The text is another than the edit expects."""


class EditRefused(Exception):
    """An edit that no newer text would make possible."""


class TextReplacement(ToolArguments):
    """An edit of one text. Either `old` is replaced by `new`, or `new` is the whole text."""

    path: str = Field(description="the path of a text file; a new one is made")
    old: str | None = Field(description="text that is in the file exactly once", default=None)
    new: str | None = Field(description="the text in its place; null with null `old` deletes the file", default=None)
    digest: str | None = Field(description="the digest that you read, for a whole text", default=None)


class TextEdits(ToolArguments):
    """Edits, carried out in their order; all of them or none."""

    edits: list[TextReplacement] = Field(min_length=1, max_length=MOST_EDITS)
    reason: str = Field(description="why, in one sentence that people read beside the change", max_length=300)


class EditAnswer(ToolAnswer):
    """The files that changed, and what is wrong now."""

    changed: list[FileRow]
    problems: list[ProjectProblem]
    can_be_built: bool
    page: str


def with_edits(
    texts: Mapping[str, str], digests: Mapping[str, str], edits: Sequence[TextReplacement]
) -> Mapping[str, str]:
    """Returns the texts after all edits, by path. `digests` are those of all files, also of those that are no text.

    Raises `TextHasChanged` and `EditRefused`.
    """
    after = dict(texts)
    for edit in edits:
        _apply(after, digests, edit)
    return after


def changed_paths(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Returns the paths of the texts that differ, sorted."""
    return sorted(path for path in {*before, *after} if before.get(path) != after.get(path))


def _apply(texts: dict[str, str], digests: Mapping[str, str], edit: TextReplacement) -> None:
    text = texts.get(edit.path)
    if text is None and edit.path in digests:
        raise EditRefused(f"{edit.path} is no text, and is not edited by this tool.")
    if edit.new is not None and len(edit.new) > LONGEST_EDIT:
        raise EditRefused(f"A text has at most {LONGEST_EDIT} characters.")
    if edit.old is None:
        _require_digest(edit, text, digests)
        if edit.new is None:
            texts.pop(edit.path, None)
        else:
            texts[edit.path] = edit.new
        return
    places = (text or "").count(edit.old) if edit.old else 0
    if text is None or places != 1:
        where = "is not in the file" if not places else f"is there {places} times"
        raise TextHasChanged(f"{edit.path}: the text of `old` {where}. Read the file again, and quote more of it.")
    texts[edit.path] = text.replace(edit.old, edit.new or "", 1)


def _require_digest(edit: TextReplacement, text: str | None, digests: Mapping[str, str]) -> None:
    """Raises `TextHasChanged` where a whole text would replace one that nobody read."""
    if text is not None and edit.digest != digests.get(edit.path):
        raise TextHasChanged(f"{edit.path} has another digest. Read it again, and name its digest.")
