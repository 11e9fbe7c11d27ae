"""Keeps a text that two people edited at once free of lines that nobody wrote. Pure.

Shared texts merge by letters: of 0.5 and 0.70 in place of one number they make 0.705. Here a line is merged as a whole
in files where half a value means another one: lines of labels, and what stands on lines of YAML and Python. Comments
and other files stay what letters make of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rune.editing.merge.lines import lines_of
from rune.line_edits import changed_lines
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.source import SourceText
from rune.source.runefile.yaml.compose import compose
from rune.source.runefile.yaml.values import Map, Value, YamlScalar
from rune.source.runefile.yaml.values import Sequence as List

LONGEST = 256 * 1024
"""Characters of a text that is looked at. A longer one merges by letters."""


@dataclass(frozen=True)
class TextEdit:
    """The text that replaces the characters from `start` up to `end`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class LostLines:
    """Lines that an edit wanted and did not get: `current` stands in the result, from its line `line` (from 0), and
    `other` is what the edit would have made of it. Either may be empty: lines that were inserted, or deleted."""

    line: int
    current: tuple[str, ...]
    other: tuple[str, ...]


@dataclass(frozen=True)
class Settlement:
    """The text after those edits that could stand, the edits that could not, and what they wanted."""

    text: str
    refused_edits: tuple[TextEdit, ...]
    lost_lines: tuple[LostLines, ...]


def settle(path: str, ours: str, edits: Sequence[TextEdit], theirs: str) -> Settlement:
    """Edits of `ours`, made by someone who saw and left `theirs`: each stands unless it makes a line that neither has.

    `edits` ascend and do not overlap. In place of a line that nobody wrote stay the lines of `ours`, which others saw.
    """
    active, refused_edits = list(edits), []
    strange_lines = _written_by(path, ours, theirs)
    while strange_lines is not None and active:
        text, places = _apply(ours, active)
        if text in (ours, theirs):
            break
        starts = _line_starts(text)
        lines = lines_of(text)
        touched_lines = sorted(
            {line for place in places for line in _lines_between(starts, *place) if line < len(lines)}
        )
        strange = set(strange_lines(text, touched_lines))
        if not strange:
            break
        making = [
            edit
            for edit, place in zip(active, places, strict=True)
            if not strange.isdisjoint(_lines_between(starts, *place))
        ]
        making = making or list(active)
        refused_edits += making
        active = [edit for edit in active if edit not in making]
    text, _ = _apply(ours, active)
    return Settlement(text, tuple(sorted(refused_edits, key=_start)), tuple(_lost(ours, text, theirs, refused_edits)))


def is_merged_by_line(path: str) -> bool:
    """Returns whether `settle` looks at texts of this path."""
    return _rule_of(path) is not None


_StrangeLines = Callable[[str, Sequence[int]], Iterator[int]]
"""Takes a text and some of its lines, and gives those that neither side wrote."""


def _written_by(path: str, ours: str, theirs: str) -> _StrangeLines | None:
    rule = _rule_of(path)
    if rule is None or max(len(ours), len(theirs)) > LONGEST:
        return None
    lines = {line.strip() for text in (ours, theirs) for line in lines_of(text)}
    of_rule = rule(ours, theirs)

    def strange_lines(text: str, touched_lines: Sequence[int]) -> Iterator[int]:
        all_lines = lines_of(text)
        new = [line for line in touched_lines if all_lines[line].strip() not in lines]
        return of_rule(text, new) if new else iter(())

    return strange_lines


_Rule = Callable[[str, str], _StrangeLines]


def _rule_of(path: str) -> _Rule | None:
    name = path.rpartition("/")[2].lower()
    if name.endswith((".yml", ".yaml")):
        return _yaml_rule
    if name.endswith(".txt") or name == "runefile":
        return _line_rule
    return _python_rule if name.endswith(".py") else None


def _line_rule(_ours: str, _theirs: str) -> _StrangeLines:
    """A label is its line, as is an instruction of a Runefile without YAML."""
    return lambda _text, lines: iter(lines)


_NUMBER = re.compile(r"(?<![\w.])[-+~]*\.?\d[\w.]*")
"""A number with its signs: two of them make another number."""


def _python_rule(ours: str, theirs: str) -> _StrangeLines:
    """Code merges by letters, but no number comes to be that neither side has."""
    numbers = {number for text in (ours, theirs) for number in _NUMBER.findall(text)}

    def strange(text: str, lines: Sequence[int]) -> Iterator[int]:
        all_lines = lines_of(text)
        for line in lines:
            code = all_lines[line].partition("#")[0]
            if not numbers.issuperset(_NUMBER.findall(code)):
                yield line

    return strange


_Path = tuple[str | int, ...]


def _yaml_rule(ours: str, theirs: str) -> _StrangeLines:
    """Each value on a line is one that a side has at the same place; several on one line may come of both."""
    sides = [dict(_scalars(text)) for text in (ours, theirs)]

    def strange(text: str, lines: Sequence[int]) -> Iterator[int]:
        all_lines = lines_of(text)
        by_line: dict[int, list[tuple[_Path, str]]] = {}
        for path, scalar in _placed_scalars(text):
            for line in range(scalar.first, scalar.last + 1):
                by_line.setdefault(line, []).append((path, scalar.text))
        for line in lines:
            if not _code_of(all_lines[line]):
                continue
            values = by_line.get(line, ())
            if not values or not all(any(side.get(path) == value for side in sides) for path, value in values):
                yield line

    return strange


def _code_of(line: str) -> str:
    """Returns the part of a line of YAML before a comment."""
    return re.sub(r"(^|\s)#.*", "", line).strip()


@dataclass(frozen=True)
class _PlacedScalar:
    """A scalar's text, and its first and last line from 0."""

    text: str
    first: int
    last: int


def _scalars(text: str) -> Iterator[tuple[_Path, str]]:
    for path, scalar in _placed_scalars(text):
        yield path, scalar.text


def _placed_scalars(text: str) -> Iterator[tuple[_Path, _PlacedScalar]]:
    """The scalars that can be read, keys among them, each with its place among keys and in lists."""
    source = SourceText("", text)
    root = compose(source, DiagnosticReport("")).root
    pending: list[tuple[_Path, Value]] = [] if root is None else [((), root)]
    while pending:
        path, value = pending.pop()
        if isinstance(value, YamlScalar):
            start, end = value.span.start, value.span.end
            # Lines of a document end with LF alone here, as its lines do; others are read as one line.
            yield path, _PlacedScalar(text[start.offset : end.offset], start.line - 1, end.line - 1)
        elif isinstance(value, List):
            pending += [((*path, index), item) for index, item in enumerate(value.items)]
        elif isinstance(value, Map):
            counts: dict[str, int] = {}
            for key, entry in value.entries:
                name = key.text if isinstance(key, YamlScalar) else ""
                counts[name] = count = counts.get(name, 0) + 1
                place = (*path, name) if count == 1 else (*path, name, -count)
                pending += [((*place, ""), key), (place, entry)]


def _apply(text: str, edits: Sequence[TextEdit]) -> tuple[str, list[tuple[int, int]]]:
    """The text after edits, and where in it each of them wrote: from, and up to."""
    parts, places = [], []
    at = length = 0
    for edit in edits:
        parts += [text[at : edit.start], edit.text]
        length += edit.start - at
        places.append((length, length + len(edit.text)))
        length += len(edit.text)
        at = edit.end
    return "".join([*parts, text[at:]]), places


def _line_starts(text: str) -> list[int]:
    starts, at = [], 0
    for line in lines_of(text):
        starts.append(at)
        at += len(line)
    return starts or [0]


def _lines_between(starts: Sequence[int], first: int, last: int) -> range:
    """The lines on which the characters from `first` up to `last` stand, and the one at which they end."""
    low = _line_at(starts, first)
    return range(low, max(low, _line_at(starts, last)) + 1)


def _line_at(starts: Sequence[int], place: int) -> int:
    low, high = 0, len(starts)
    while low < high:
        middle = (low + high) // 2
        if starts[middle] <= place:
            low = middle + 1
        else:
            high = middle
    return max(0, low - 1)


def _lost(ours: str, result: str, theirs: str, refused_edits: Sequence[TextEdit]) -> Iterator[LostLines]:
    """Returns the refused edits, as lines of the result beside the lines of `theirs`."""
    if not refused_edits:
        return
    starts = _line_starts(ours)
    touched_lines = {line for edit in refused_edits for line in _lines_between(starts, edit.start, edit.end)}
    our_lines, result_lines, their_lines = lines_of(ours), lines_of(result), lines_of(theirs)
    wanted_lines = {our_lines[line] for line in touched_lines if line < len(our_lines)}
    for first, last, their_first, their_last in changed_lines(result_lines, their_lines):
        current, other = result_lines[first:last], their_lines[their_first:their_last]
        if current and wanted_lines.isdisjoint(current):
            continue
        if not current and not any(_stands_near(edit, other) for edit in refused_edits):
            continue
        yield LostLines(first, _bare(current), _bare(other))


def _stands_near(edit: TextEdit, lines: Sequence[str]) -> bool:
    return any(part and part in line for line in lines for part in edit.text.splitlines())


def _bare(lines: Sequence[str]) -> tuple[str, ...]:
    return tuple(line.rstrip("\r\n") for line in lines)


def _start(edit: TextEdit) -> int:
    return edit.start
