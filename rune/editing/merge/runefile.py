"""Merging Runefiles by stage: two sides that changed different stages changed different things.

Where both changed one stage it is a conflict, also when they changed different lines of it: nobody ever tried such a
stage. What the two changes come to together is then offered as one of the choices. A comment is no change of a stage.
"""

from __future__ import annotations

from collections.abc import Mapping

from rune.editing.merge.conflicts import ConflictKind, MergeChoice, MergeConflict, MergedText, Side
from rune.editing.merge.lines import clearly_merged, lines_of, merge_lines
from rune.editing.merge.pieces import DIVIDED_KEYS, END, STAGES, Key, Piece, merged_order, pieces_of, undivided
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.source import SourceText
from rune.source.runefile.yaml.compose import compose


def merge_runefile(path: str, base: str, ours: str, theirs: str) -> MergedText:
    """A Runefile that both sides changed; by line where its stages cannot be told apart."""
    texts = (base, ours, theirs)
    whole = frozenset[str]().union(*(undivided(text) for text in texts))
    sides = [pieces_of(_ended(text), whole) for text in texts]
    old, our, their = sides
    if old is None or our is None or their is None:
        return merge_lines(path, base, ours, theirs)
    merge = _merge_pieces(path, old, our, their, ends=_ends(*texts))
    if _can_be_read(merge) or not (_is_yaml(ours) and _is_yaml(theirs)):
        return merge
    # One side took an anchor away whose alias the other kept or wrote.
    by_line = merge_lines(path, base, ours, theirs)
    return by_line if by_line.conflicts else MergedText((_of_all(path, base, ours, theirs),))


def _can_be_read(merge: MergedText) -> bool:
    """Returns whether the merged text is YAML with our side of its conflicts, and with theirs."""
    theirs = {conflict.key: MergeChoice(Side.THEIRS) for conflict in merge.conflicts}
    return _is_yaml(merge.text({})) and (not theirs or _is_yaml(merge.text(theirs)))


def _is_yaml(text: str) -> bool:
    report = DiagnosticReport("")
    compose(SourceText("", text), report)
    return not report.diagnostics


def _of_all(path: str, base: str, ours: str, theirs: str) -> MergeConflict:
    return MergeConflict(path, ConflictKind.LINES, f"lines 1 to {len(lines_of(ours))}", base, ours, theirs, line=1)


def _merge_pieces(
    path: str, old: tuple[Piece, ...], our: tuple[Piece, ...], their: tuple[Piece, ...], *, ends: bool
) -> MergedText:
    then, now, other = ({piece.key: piece.text for piece in side} for side in (old, our, their))
    lines = _first_lines(our)
    order = merged_order(list(then), list(now), list(other))
    pieces = {key: _piece(path, key, then.get(key), now.get(key), other.get(key), lines.get(key, 0)) for key in order}
    _keep_headers(pieces, now, other)
    parts = [part for key in order if (part := pieces[key]) is not None]
    return MergedText(tuple(_without_last_end(parts) if not ends else parts))


def _piece(
    path: str, key: Key, base: str | None, ours: str | None, theirs: str | None, line: int
) -> str | MergeConflict | None:
    """Replacement for a piece; None for nothing."""
    if ours in (theirs, base):
        return theirs
    if theirs == base:
        return ours
    both = None if ours is None or theirs is None else clearly_merged(base or "", ours, theirs)
    if both is not None and (key[0] != STAGES or key[-1] == END or _is_of_comments(base, ours, theirs)):
        return both
    is_stage = key[0] == STAGES and len(key) == 2 and key[-1] != END
    kind = ConflictKind.STAGE if is_stage else ConflictKind.PART
    return MergeConflict(path, kind, key[-1] or f"the end of {key[0] or 'the file'}", base, ours, theirs, both, line)


def _is_of_comments(base: str | None, ours: str | None, theirs: str | None) -> bool:
    """Returns whether one side alone changed more than comments, or both changed that alike."""
    then, now, other = (_code(text) for text in (base, ours, theirs))
    return then in (now, other) or now == other


def _code(text: str | None) -> list[str]:
    stripped_lines = (line.rstrip() for line in lines_of(text or ""))
    return [line for line in stripped_lines if line and not line.lstrip().startswith("#")]


def _keep_headers(
    pieces: dict[Key, str | MergeConflict | None], ours: Mapping[Key, str], theirs: Mapping[Key, str]
) -> None:
    """A key that one side took away stays where an entry of it does."""
    for name in DIVIDED_KEYS:
        has_entries = any(part is not None for key, part in pieces.items() if key[0] == name and len(key) == 2)
        if has_entries and pieces.get((name,), "") is None:
            pieces[(name,)] = ours.get((name,)) or theirs.get((name,))


def _first_lines(pieces: tuple[Piece, ...]) -> dict[Key, int]:
    """The line of each piece's key, from 1: comments may stand above it."""
    lines, at = {}, 1
    for piece in pieces:
        text = lines_of(piece.text)
        above = next((n for n, line in enumerate(text) if line.strip() and not line.lstrip().startswith("#")), 0)
        lines[piece.key] = at + above
        at += len(text)
    return lines


def _ended(text: str) -> str:
    """The text with an end of its last line, as the lines before it end."""
    if not text or text.endswith("\n"):
        return text
    return text + ("\r\n" if "\r\n" in text else "\n")


def _ends(base: str, ours: str, theirs: str) -> bool:
    """Returns whether the merged text ends its last line."""
    then, now, other = (not text or text.endswith("\n") for text in (base, ours, theirs))
    return now if other == then else other


def _without_last_end(parts: list[str | MergeConflict]) -> list[str | MergeConflict]:
    last = parts[-1] if parts else ""
    return [*parts[:-1], last.removesuffix("\n").removesuffix("\r")] if isinstance(last, str) and last else parts
