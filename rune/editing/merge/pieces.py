"""A Runefile as pieces of its text, each with a key: the stages, the resources, and the other keys. Reads no YAML.

Every line is in one piece, comments in that of the key below them, so pieces that are put together are the text again.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rune.editing.merge.lines import lines_of

DIVIDED_KEYS = ("pipeline", "resources")
"""The keys whose entries are pieces of their own."""
STAGES = "pipeline"
END = ""
"""The name of what stands below the last entry: comments."""

Key = tuple[str, ...]
"""The path of a key at the top, or of an entry of one."""

_HEADER = re.compile(r"[^:]+:\s*(#.*)?")
"""A key with nothing behind it in its line: brackets are not divided."""
_KEY = re.compile(r"""(?:"(?P<double>[^"\\]+)"|'(?P<single>[^']+)'|(?P<plain>[A-Za-z0-9_][^:#\s]*))[ ]*:(?=\s|$)""")
_BLOCK = re.compile(r"(?:^|[:-][ ]+)(?:[&!]\S+[ ]+)*[|>][-+0-9]{0,2}(?:[ ]+#.*)?$")
"""The end of a line below which a text of several lines stands, where `#` begins no comment."""


@dataclass(frozen=True)
class Piece:
    """Some lines of the text. All but the last piece of a text end their last line."""

    key: Key
    text: str


def pieces_of(text: str, whole: Collection[str] = ()) -> tuple[Piece, ...] | None:
    """The pieces; None where they cannot be told. The keys in `whole` are not divided."""
    result: list[tuple[Key, list[str]]] = []
    waiting: list[str] = []
    """Comments and empty lines, which belong to what comes next."""
    top, indent, divides = "", 0, False
    block: int | None = None
    """The width before the line that began a text of several lines, which are indented deeper."""
    for line in lines_of(text):
        width = len(line) - len(line.lstrip(" "))
        content = line.strip()
        if block is not None and content:
            if width > block:
                result[-1][1].extend([*waiting, line])
                waiting = []
                continue
            block = None
        if not content or content.startswith("#"):
            if content and indent and width > indent and not waiting:
                result[-1][1].append(line)
            else:
                waiting.append(line)
            continue
        name = _name(line[width:])
        if width == 0:
            if content == "---" and not result:
                waiting.append(line)
                continue
            if name is None:
                return None
            _end(result, waiting, top if indent else "")
            top, indent = name, 0
            divides = name in DIVIDED_KEYS and name not in whole and _HEADER.fullmatch(content) is not None
            result.append(((name,), [*waiting, line]))
        elif not result:
            return None
        elif divides and indent in (0, width):
            if name is None:
                return None
            indent = width
            result.append(((top, name), [*waiting, line]))
        elif indent and width < indent:
            return None
        else:
            result[-1][1].extend([*waiting, line])
        waiting = []
        block = width if _BLOCK.search(content) else None
    _end(result, waiting, top if indent else "")
    if waiting:
        result.append(((END,), waiting))
    pieces = tuple(Piece(key, "".join(lines)) for key, lines in result)
    return pieces if len({piece.key for piece in pieces}) == len(pieces) else None


def undivided(text: str) -> frozenset[str]:
    """Returns those of `DIVIDED_KEYS` that the text has and that have no entries, or none that can be told apart."""
    pieces = pieces_of(text)
    if pieces is None:
        return frozenset(DIVIDED_KEYS)
    keys = {piece.key for piece in pieces}
    with_entries = {key[0] for key in keys if len(key) == 2}
    return frozenset(name for name in DIVIDED_KEYS if (name,) in keys and name not in with_entries)


def _end(pieces: list[tuple[Key, list[str]]], waiting: list[str], top: str) -> None:
    """Ends a divided key: the comments that are indented are its own."""
    if not top:
        return
    last = max((at for at, line in enumerate(waiting) if line.startswith((" ", "\t")) and line.strip()), default=-1)
    if last >= 0:
        pieces.append(((top, END), waiting[: last + 1]))
        del waiting[: last + 1]


def _name(text: str) -> str | None:
    match = _KEY.match(text)
    if match is None:
        return None
    return match["double"] or match["single"] or match["plain"]


def merged_order(base: Sequence[Key], ours: Sequence[Key], theirs: Sequence[Key]) -> list[Key]:
    """The keys of all sides in one order: that of the side that changed it, and ours where both did."""
    common = set(base) & set(ours) & set(theirs)
    then, now, other = ([key for key in keys if key in common] for keys in (base, ours, theirs))
    first, second = (theirs, ours) if other != then and now == then else (ours, theirs)
    order = list(first)
    for at, key in enumerate(second):
        if key not in order:
            order.insert(_place(order, second, at, set(base)), key)
    return order


def _place(order: Sequence[Key], second: Sequence[Key], at: int, base: Collection[Key]) -> int:
    """Returns the place behind the key before it, and behind what the first side put there."""
    before = next((key for key in reversed(second[:at]) if key in order), None)
    place = 0 if before is None else order.index(before) + 1
    known_keys = {*second, *base}
    section = second[at][:1]
    while (
        place < len(order)
        and order[place] not in known_keys
        and order[place][:1] == section
        and order[place][-1] != END
    ):
        place += 1
    return place
