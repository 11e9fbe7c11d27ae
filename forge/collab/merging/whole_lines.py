"""Lines that merge as a whole: takes back what an update makes of a line that nobody wrote, and keeps what it wanted.

The update stays; a second one behind it undoes what it made of a contested line, letter by letter, so that the letters
of others stay theirs. What its sender wanted there is kept in the document's map `contested`, which the studio shows
until somebody chooses.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypedDict

from pycrdt import Doc, Map, Text

from forge.projects.files.document import files_map
from rune.editing.merge.concurrent_edits import (
    LostLines,
    Settlement,
    TextEdit,
    is_merged_by_line,
    settle,
)

MOST = 50
"""Contested lines that a document keeps; the oldest go first."""
LONGEST = 2_000
"""Characters of a side that is kept."""


class ContestedJson(TypedDict):
    """Two versions of the same lines, by two people who edited them at once.

    The file contains `current`, which `current_by` wrote. `other` is what `other_by` wrote instead.
    """

    file: str
    line: int
    current: list[str]
    other: list[str]
    current_by: str
    other_by: str
    other_by_id: str
    at: str


@dataclass(frozen=True)
class Author:
    """The person whose edit was taken back, and the time of the edit."""

    name: str
    id: str
    at: str


@dataclass
class WatchedTexts:
    """The changes of an update to texts: each text before it, by the file's id, and the edits."""

    before: Mapping[str, tuple[str, str]]
    """Path and text."""
    deltas: dict[str, list[Any]] = field(default_factory=dict)


@contextmanager
def watching(doc: Doc[Any]) -> Iterator[WatchedTexts]:
    """Notes what is changed inside in the texts that merge by line."""
    files = files_map(doc)
    watched_texts = WatchedTexts({key: (path, str(text)) for key, path, text in line_texts(doc)})

    def note(events: Sequence[Any]) -> None:
        for event in events:
            if len(event.path) == 2 and event.path[1] == "text" and event.path[0] in watched_texts.before:
                watched_texts.deltas[str(event.path[0])] = event.delta

    subscription = files.observe_deep(note)
    try:
        yield watched_texts
    finally:
        files.unobserve(subscription)


def line_texts(doc: Doc[Any]) -> Iterator[tuple[str, str, Text]]:
    """The living files whose lines merge as a whole: id, path and text."""
    for key, value in files_map(doc).items():
        if not isinstance(value, Map) or value.get("deleted") is True:
            continue
        path, text = value.get("path"), value.get("text")
        if isinstance(path, str) and isinstance(text, Text) and is_merged_by_line(path):
            yield key, path, text


def repair(
    doc: Doc[Any], watched_texts: WatchedTexts, seen_document: Doc[Any], author: Author, names: Mapping[int, str]
) -> None:
    """Takes back what cannot stand of the update that was watched; `seen_document` is as its sender left it.

    Within a transaction. `names` are those of the people behind clients.
    """
    for key, delta in watched_texts.deltas.items():
        path, before = watched_texts.before[key]
        edits = edits_of(delta, before)
        settlement = settle(path, before, edits, _text_in(seen_document, key))
        if settlement.refused_edits:
            _take_back(_text(doc, key), before, edits, settlement)
            _contest(doc, key, settlement.lost_lines, author, names)


def _text_in(doc: Doc[Any], key: str) -> str:
    """A file's text in a document that may not have it."""
    value = files_map(doc).get(key)
    text = value.get("text") if isinstance(value, Map) else None
    return str(text) if isinstance(text, Text) else ""


def edits_of(delta: Sequence[Mapping[str, Any]], before: str) -> list[TextEdit]:
    """A Yjs delta as edits of characters; it counts bytes of UTF-8."""
    data = before.encode("utf-8")
    edits: list[tuple[int, int, str]] = []
    at = 0
    for part in delta:
        if "retain" in part:
            at += int(part["retain"])
            continue
        if not edits or edits[-1][1] != at:
            edits.append((at, at, ""))
        start, end, text = edits[-1]
        if "delete" in part:
            at += int(part["delete"])
            edits[-1] = (start, at, text)
        elif isinstance(part.get("insert"), str):
            edits[-1] = (start, end, text + part["insert"])
    places = _character_places(data, {place for start, end, _ in edits for place in (start, end)})
    return [TextEdit(places[start], places[end], text) for start, end, text in edits]


def _character_places(data: bytes, places: set[int]) -> dict[int, int]:
    """Returns how many characters are before places that count bytes."""
    result: dict[int, int] = {}
    characters = last = 0
    for place in sorted(places):
        characters += len(data[last:place].decode("utf-8"))
        result[place], last = characters, place
    return result


def _take_back(text: Text, before: str, edits: Sequence[TextEdit], settlement: Settlement) -> None:
    """Undoes the refused ones of edits that were just applied."""
    shift, undoing = 0, []
    for edit in edits:
        start = edit.start + shift
        if edit in settlement.refused_edits:
            undoing.append(TextEdit(start, start + len(edit.text), before[edit.start : edit.end]))
        shift += len(edit.text) - (edit.end - edit.start)
    _change_text(text, undoing)


def _change_text(text: Text, edits: Sequence[TextEdit]) -> None:
    """Makes ascending edits of characters, last first."""
    content = str(text)
    for edit in reversed(edits):
        first = len(content[: edit.start].encode("utf-8"))
        last = first + len(content[edit.start : edit.end].encode("utf-8"))
        if last > first:
            del text[first:last]
        if edit.text:
            text.insert(first, edit.text)


def _contest(
    doc: Doc[Any], key: str, lost_lines: Sequence[LostLines], author: Author, names: Mapping[int, str]
) -> None:
    """Keeps what somebody wanted of a file, in place of what they wanted of the same lines before. Within a
    transaction, once the file's text is settled."""
    records: Map[Any] = doc.get("contested", type=Map)
    lines = [line.rstrip("\r") for line in str(_text(doc, key)).split("\n")]
    for record, value in list(records.items()):
        if isinstance(value, dict) and value.get("file") == key and _is_stale(value, lines, author, lost_lines):
            del records[record]
    for each in lost_lines:
        if max(map(len, (*each.current, *each.other)), default=0) > LONGEST or each.current == each.other:
            continue
        value = ContestedJson(
            file=key,
            line=each.line,
            current=list(each.current),
            other=list(each.other),
            current_by=_writer_of(doc, key, each, names),
            other_by=author.name,
            other_by_id=author.id,
            at=author.at,
        )
        digest = hashlib.sha256(repr((key, each.line, author.id, author.at)).encode()).hexdigest()
        records[digest[:16]] = dict(value)
    for _, oldest in sorted((str(value.get("at", "")), record) for record, value in _records(records))[:-MOST]:
        del records[oldest]


def _records(records: Map[Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Returns the records of our shape: a client can write any value."""
    for record, value in records.items():
        if isinstance(value, dict):
            yield record, value


def _is_stale(value: Mapping[str, Any], lines: Sequence[str], author: Author, lost_lines: Sequence[LostLines]) -> bool:
    """Returns whether a record is out of date: its subject is no longer there, or its person has changed these lines in
    another way since."""
    current = value.get("current")
    if not isinstance(current, list) or any(line not in lines for line in current):
        return True
    return value.get("other_by_id") == author.id and any(list(each.current) == current for each in lost_lines)


def _writer_of(doc: Doc[Any], key: str, lost_lines: LostLines, names: Mapping[int, str]) -> str:
    """Returns the author of the text where the two sides differ; "" where nobody is known."""
    text = _text(doc, key)
    content = str(text)
    start = sum(len(line) + 1 for line in content.split("\n")[: lost_lines.line])
    current, other = "\n".join(lost_lines.current), "\n".join(lost_lines.other)
    same = 0
    while same < min(len(current), len(other)) and current[same] == other[same]:
        same += 1
    for place in range(start + same, start + len(current) + 1):
        item = text.sticky_index(len(content[:place].encode("utf-8"))).to_json().get("item")
        if item and (name := names.get(item["client"])):
            return name
    return ""


def _text(doc: Doc[Any], key: str) -> Text:
    text: Text = files_map(doc)[key]["text"]
    return text
