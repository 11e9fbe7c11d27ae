"""Changes of a text by offsets, before they become edits of a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rune.source.runefile import Edit
from rune.source.runefile.source import SourceText


@dataclass(frozen=True, slots=True)
class Splice:
    """Put `text` in place of what stands from `start` up to `end`."""

    start: int
    end: int
    text: str


def spliced(text: str, splices: Sequence[Splice]) -> str:
    """The text after all splices, which are in its order and do not overlap."""
    parts: list[str] = []
    at = 0
    for splice in splices:
        parts += (text[at : splice.start], splice.text)
        at = splice.end
    return "".join((*parts, text[at:]))


def as_edits(splices: Iterable[Splice], source: SourceText) -> tuple[Edit, ...]:
    """The edits of a file in the order of its text, each without what it would leave as it is."""
    sorted_splices = sorted(splices, key=lambda splice: (splice.start, splice.end))
    narrow = (_narrowed(splice, source.text) for splice in sorted_splices)
    return tuple(
        Edit(source.file, source.span(splice.start, splice.end), splice.text)
        for splice in narrow
        if splice.start < splice.end or splice.text
    )


def _narrowed(splice: Splice, text: str) -> Splice:
    """Returns the splice without the characters that both texts share in front and at the end; a CRLF is one."""
    old, new = text[splice.start : splice.end], splice.text
    shorter = min(len(old), len(new))
    front = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    if front and old[front - 1] == "\r":
        front -= 1
    shorter -= front
    back = next((at for at in range(shorter) if old[-1 - at] != new[-1 - at]), shorter)
    if back and (old[len(old) - back] == "\n" or new[len(new) - back] == "\n"):
        before = old[: len(old) - back][-1:], new[: len(new) - back][-1:]
        back -= "\r" in before
    return Splice(splice.start + front, splice.end - back, new[front : len(new) - back])
