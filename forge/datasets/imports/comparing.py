"""Reads the recordings of an import before anything comes in: those that cannot be read are named, and those that have
the same bytes and another label, which are compared again with what is stored when the import starts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypedDict
from uuid import UUID

from forge.compute.errors import MalformedAnswer
from forge.compute.pool.data_answers import DataOmissionJson, LabelDigestsJson
from forge.datasets.models import Sample
from forge.datasets.models.imports import DataImport
from forge.datasets.samples.content import are_words
from rune.datasets.label_conflicts import (
    LabelConflict,
    LabelConflictJson,
    RecordingLabel,
    StoredLabel,
    compare_labels,
    conflict_of_json,
    conflict_text,
    conflict_to_json,
    is_conflict,
)
from rune.digests import is_digest

MAX_COMPARED = 20_000
"""Recordings that a preview reads, those first that may have the same bytes as another one of the archive."""
MAX_COMPARED_BYTES = 2_000_000_000
MAX_CONFLICTS = 1_000
"""Recordings with several labels that one import may have: somebody looks at them."""
MAX_NAMED = 50
"""Files that a preview names for each reason; it counts all."""
_COUNT = 2_000
_BYTES = 64_000_000
_QUERY = 500


class LabelComparisonJson(TypedDict):
    """The part of a preview that reads recordings: those with the same bytes, and notes on how they come in."""

    conflicts: list[LabelConflictJson]
    repeated_count: int
    known_count: int
    uncompared_count: int
    note_count: int
    notes: list[DataOmissionJson]


@dataclass
class _Reasons:
    """The reasons that several answers give, the first of which are kept."""

    count: int = 0
    files: list[DataOmissionJson] = field(default_factory=list)

    def add(self, count: int, files: Sequence[DataOmissionJson]) -> None:
        self.count += count
        self.files = [*self.files, *files][:MAX_NAMED]


@dataclass(frozen=True)
class ReadRecordings:
    """The recordings of an import that its preview read."""

    comparison: LabelComparisonJson
    unreadable_count: int
    unreadable_files: Sequence[DataOmissionJson]
    """The first of the unreadable files."""


class TooManyConflicts(Exception):
    """More recordings have several labels than somebody looks at. The message is a sentence."""


def read_recordings(row: DataImport, read: Callable[[int, int, int], LabelDigestsJson]) -> ReadRecordings:
    """Reads the recordings of an import as they will come in, and compares them with each other and with stored ones.

    `read` returns digests: from a number on, at most so many with so many bytes. Raises `MalformedAnswer` and
    `TooManyConflicts`.
    """
    unreadable, notes = _Reasons(), _Reasons()
    recordings: list[RecordingLabel] = []
    position = size = total = 0
    while position < MAX_COMPARED and size < MAX_COMPARED_BYTES:
        answer = read(position, min(_COUNT, MAX_COMPARED - position), _BYTES)
        if not _is_possible(answer, position):
            raise MalformedAnswer("The process that reads archives lost count.")
        recordings += [RecordingLabel(each["digest"], each["label"], each["path"]) for each in answer["recordings"]]
        unreadable.add(answer["omission_count"], answer["omissions"])
        notes.add(answer["note_count"], answer["notes"])
        position, size, total = answer["next"], size + answer["size"], answer["total"]
        if position >= total:
            break
    comparison = compare_labels(recordings, stored_labels(row.data_set_id, {each.digest for each in recordings}))
    if len(comparison.conflicts) > MAX_CONFLICTS:
        raise TooManyConflicts(
            f"{len(comparison.conflicts):,} recordings of the archive have two labels, such as "
            f"{conflict_text(comparison.conflicts[0])}. Keep one label for each, and send it again."
        )
    json: LabelComparisonJson = {
        "conflicts": [conflict_to_json(each) for each in comparison.conflicts],
        "repeated_count": comparison.repeated_count,
        "known_count": comparison.known_count,
        "uncompared_count": total - position,
        "note_count": notes.count,
        "notes": notes.files,
    }
    return ReadRecordings(json, unreadable.count, unreadable.files)


def stored_labels(data_set: UUID, digests: Iterable[str]) -> Mapping[str, StoredLabel]:
    """Returns the samples of a data set that have these bytes, by digest."""
    ordered_digests = sorted(digests)
    samples = Sample.objects.available().filter(data_set=data_set).order_by()
    parts = (ordered_digests[start : start + _QUERY] for start in range(0, len(ordered_digests), _QUERY))
    rows = (row for part in parts for row in samples.filter(digest__in=part).values_list("digest", "number", "label"))
    return {digest: StoredLabel(number, label) for digest, number, label in rows}


def current_conflicts(row: DataImport) -> Sequence[LabelConflict]:
    """Returns the conflicts of an import's preview with what is stored now; those that are none by now are missing."""
    conflicts = conflicts_of(row)
    samples = stored_labels(row.data_set_id, {each.digest for each in conflicts})
    renewed = (LabelConflict(each.digest, samples.get(each.digest), each.sources) for each in conflicts)
    return tuple(each for each in renewed if is_conflict(each))


def conflicts_of(row: DataImport) -> Sequence[LabelConflict]:
    """Returns the conflicts that the preview of an import names. Previews of earlier versions name none."""
    return tuple(conflict_of_json(each) for each in row.description.get("conflicts", []))


def _is_possible(answer: LabelDigestsJson, position: int) -> bool:
    """Returns whether an answer goes on from a position, with labels and digests that can be."""
    advances = position < answer["next"] <= answer["total"] or answer["total"] == answer["next"] == position
    return (
        advances
        and answer["size"] >= 0
        and len(answer["recordings"]) + answer["omission_count"] == answer["next"] - position
        and len(answer["omissions"]) <= answer["omission_count"]
        and len(answer["notes"]) <= answer["note_count"] <= len(answer["recordings"])
        and all(is_digest(each["digest"]) and are_words(each["label"]) for each in answer["recordings"])
    )
