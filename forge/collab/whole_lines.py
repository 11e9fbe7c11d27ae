"""Lines that merge as a whole: after an update of someone who had not seen all, what nobody wrote is taken back.

Only a room does this, in the transaction that stores the update: two clients that repaired a line would write it twice.
The update stays; a second one behind it takes back what it made of a contested line, letter by letter, so that the
letters of others stay theirs. What its sender wanted there is kept in the document's map `contested`, which the pages
show until somebody chooses.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypedDict

from pycrdt import Doc, Map, Text

from forge.projects.files.document import files_map
from rune.source.merge.concurrent_edits import (
    LostLines,
    Settled,
    TextEdit,
    edits_between,
    is_merged_by_line,
    settle,
)

MOST = 50
"""Contested lines that a document keeps; the oldest go first."""
LONGEST = 2_000
"""Characters of a side that is kept."""


class ContestedJson(TypedDict):
    """Lines that two people wrote: `kept` stands in the file, `other` is what `other_by` wrote in its place."""

    file: str
    line: int
    kept: list[str]
    other: list[str]
    kept_by: str
    other_by: str
    other_by_id: str
    at: str


@dataclass(frozen=True)
class Wanted:
    """Whose edit was taken back: their name and id, and when."""

    name: str
    id: str
    at: str


@dataclass
class Watched:
    """What an update changes in texts: each text as it was, and the edits, by the file's id."""

    before: Mapping[str, tuple[str, str]]
    """Path and text."""
    deltas: dict[str, list[Any]] = field(default_factory=dict)


@contextmanager
def watching(doc: Doc[Any]) -> Iterator[Watched]:
    """Notes what is changed inside in the texts that merge by line."""
    files = files_map(doc)
    watched = Watched({key: (path, str(text)) for key, path, text in line_texts(doc)})

    def note(events: Sequence[Any]) -> None:
        for event in events:
            if len(event.path) == 2 and event.path[1] == "text" and event.path[0] in watched.before:
                watched.deltas[str(event.path[0])] = event.delta

    subscription = files.observe_deep(note)
    try:
        yield watched
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


def text_in(doc: Doc[Any], key: str) -> str:
    """A file's text in a document that may not have it."""
    value = files_map(doc).get(key)
    text = value.get("text") if isinstance(value, Map) else None
    return str(text) if isinstance(text, Text) else ""


def settled_edits(watched: Watched, as_sender: Callable[[], Doc[Any] | None]) -> dict[str, Settled]:
    """What cannot stand of an update, by file. `as_sender` gives the document as its sender left it, when it is known;
    it is asked once, and only where a text was changed."""
    settled: dict[str, Settled] = {}
    theirs: Doc[Any] | None = None
    for key, delta in watched.deltas.items():
        path, before = watched.before[key]
        theirs = theirs or as_sender()
        if theirs is None:
            return {}
        outcome = settle(path, before, edits_of(delta, before), text_in(theirs, key))
        if outcome.refused:
            settled[key] = outcome
    return settled


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
    """How many characters are before places that count bytes."""
    found: dict[int, int] = {}
    characters = last = 0
    for place in sorted(places):
        characters += len(data[last:place].decode("utf-8"))
        found[place], last = characters, place
    return found


def take_back(doc: Doc[Any], before: Mapping[str, tuple[str, str]], deltas: Mapping[str, Any], settled: Mapping[str, Settled]) -> None:
    """Undoes the refused edits of an update that was just applied. Within a transaction."""
    for key, outcome in settled.items():
        ours = before[key][1]
        shift, undoing = 0, []
        for edit in edits_of(deltas[key], ours):
            start = edit.start + shift
            if edit in outcome.refused:
                undoing.append(TextEdit(start, start + len(edit.text), ours[edit.start : edit.end]))
            shift += len(edit.text) - (edit.end - edit.start)
        change_text(_text(doc, key), undoing)


def become(doc: Doc[Any], key: str, content: str) -> None:
    """Turns a file's text into `content` by small edits. Within a transaction."""
    text = _text(doc, key)
    change_text(text, list(edits_between(str(text), content)))


def change_text(text: Text, edits: Sequence[TextEdit]) -> None:
    """Makes ascending edits of characters, last first."""
    content = str(text)
    for edit in reversed(edits):
        first = len(content[: edit.start].encode("utf-8"))
        last = first + len(content[edit.start : edit.end].encode("utf-8"))
        if last > first:
            del text[first:last]
        if edit.text:
            text.insert(first, edit.text)


def contest(doc: Doc[Any], key: str, lost: Sequence[LostLines], wanted: Wanted, names: Mapping[int, str]) -> None:
    """Keeps what somebody wanted of a file, in place of what they wanted of the same lines before. Within a
    transaction, once the file's text is settled."""
    contested: Map[Any] = doc.get("contested", type=Map)
    lines = str(_text(doc, key)).split("\n")
    for record, value in list(contested.items()):
        if isinstance(value, dict) and value.get("file") == key and _is_stale(value, lines, wanted, lost):
            del contested[record]
    for each in lost:
        if max(map(len, (*each.kept, *each.other)), default=0) > LONGEST or each.kept == each.other:
            continue
        value = ContestedJson(
            file=key,
            line=each.line,
            kept=list(each.kept),
            other=list(each.other),
            kept_by=_writer_of(doc, key, each, names),
            other_by=wanted.name,
            other_by_id=wanted.id,
            at=wanted.at,
        )
        digest = hashlib.sha256(repr((key, each.line, wanted.id, wanted.at)).encode()).hexdigest()
        contested[digest[:16]] = dict(value)
    for _, oldest in sorted((str(value.get("at", "")), record) for record, value in _records(contested))[:-MOST]:
        del contested[oldest]


def _records(contested: Map[Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Those that are of our shape: a client can write any value."""
    for record, value in contested.items():
        if isinstance(value, dict):
            yield record, value


def _is_stale(value: Mapping[str, Any], lines: Sequence[str], wanted: Wanted, lost: Sequence[LostLines]) -> bool:
    """Whether what a record speaks of is no longer there, or its person wants something else of these lines by now."""
    kept = value.get("kept")
    if not isinstance(kept, list) or any(line not in lines for line in kept):
        return True
    return value.get("other_by_id") == wanted.id and any(list(each.kept) == kept for each in lost)


def _writer_of(doc: Doc[Any], key: str, lost: LostLines, names: Mapping[int, str]) -> str:
    """Who wrote what stands there where the two sides differ; "" where nobody is known."""
    text = _text(doc, key)
    content = str(text)
    start = sum(len(line) + 1 for line in content.split("\n")[: lost.line])
    kept, other = "\n".join(lost.kept), "\n".join(lost.other)
    same = 0
    while same < min(len(kept), len(other)) and kept[same] == other[same]:
        same += 1
    for place in range(start + same, start + len(kept) + 1):
        item = text.sticky_index(len(content[:place].encode("utf-8"))).to_json().get("item")
        if item and (name := names.get(item["client"])):
            return name
    return ""


def _text(doc: Doc[Any], key: str) -> Text:
    text: Text = files_map(doc)[key]["text"]
    return text
