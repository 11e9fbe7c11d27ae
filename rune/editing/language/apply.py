"""Applying text edits and the fixes of diagnostics. Decides which fixes can go together; makes none itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rune.source.runefile import Diagnostic, Edit, Fix


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """The text after all edits of one file. Their spans are offsets into `text`, in any order.

    Edits that put something in at one place keep the order in which they are given. Raises `ValueError` when two edits
    overlap, when one reaches beyond the text, or when they are of several files.
    """
    sorted_edits = sorted(edits, key=_offsets)
    if len({edit.file for edit in sorted_edits}) > 1:
        raise ValueError("the edits are of several files")
    parts: list[str] = []
    at = 0
    for edit in sorted_edits:
        start, end = _offsets(edit)
        if start < at:
            raise ValueError(f"two edits overlap at the characters {start} to {min(end, at)}")
        if end > len(text):
            raise ValueError(f"an edit ends at the character {end}, and the text has {len(text)}")
        parts += (text[at:start], edit.text)
        at = end
    return "".join((*parts, text[at:]))


@dataclass(frozen=True)
class FixesApplied:
    """The texts of the files after some fixes, the applied fixes, and the postponed ones."""

    texts: Mapping[str, str]
    applied_fixes: tuple[Fix, ...]
    postponed_fixes: tuple[Fix, ...]


def apply_fixes(texts: Mapping[str, str], diagnostics: Iterable[Diagnostic]) -> FixesApplied:
    """Applies the safe fixes of each file's diagnostics, as far as the fixes do not overlap.

    A diagnostic whose first fix is a guess is left to a person. A fix of a file that is not in `texts` is left. What
    was left may work after the next check: repeat until nothing is applied, and no more than some ten times, because
    nothing proves that fixes come to an end.
    """
    applied_fixes: list[Fix] = []
    postponed_fixes: list[Fix] = []
    accepted_edits: dict[str, list[Edit]] = {}
    for fix in dict.fromkeys(fix for diagnostic in diagnostics for fix in diagnostic.fixes[:1] if fix.is_safe):
        is_known = all(edit.file in texts for edit in fix.edits)
        if is_known and not any(
            _touch(edit, other) for edit in fix.edits for other in accepted_edits.get(edit.file, ())
        ):
            applied_fixes.append(fix)
            for edit in fix.edits:
                accepted_edits.setdefault(edit.file, []).append(edit)
        else:
            postponed_fixes.append(fix)
    changed = {file: apply_edits(texts[file], edits) for file, edits in accepted_edits.items()}
    return FixesApplied({**texts, **changed}, tuple(applied_fixes), tuple(postponed_fixes))


def edits_by_file(edits: Sequence[Edit]) -> dict[str, tuple[Edit, ...]]:
    """The edits of each file, in the order of the text."""
    by_file: dict[str, list[Edit]] = {}
    for edit in sorted(edits, key=_offsets):
        by_file.setdefault(edit.file, []).append(edit)
    return {file: tuple(its) for file, its in by_file.items()}


def _offsets(edit: Edit) -> tuple[int, int]:
    return edit.span.start.offset, edit.span.end.offset


def _touch(left: Edit, right: Edit) -> bool:
    """Returns whether they change the same place; two insertions at one place do."""
    (start, end), (other_start, other_end) = _offsets(left), _offsets(right)
    return (start < other_end and other_start < end) or start == other_start
