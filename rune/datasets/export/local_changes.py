"""Differences between a pulled folder and its list. Pure: digests and names in, changes out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from rune.datasets.content.content import SUFFIXES
from rune.datasets.export.data_folder import DataFolderRow, place_of
from rune.datasets.label_conflicts import LabelConflict, RecordingLabel, compare_labels
from rune.datasets.label_names import label_of_folder


@dataclass(frozen=True)
class LocalChanges:
    """The changes that a push would make."""

    new_labels: Mapping[int, str]
    """Samples whose file is in the folder of another label, by number."""
    new_files: Sequence[tuple[str, str]]
    """Files that the list does not have, each with its label."""
    conflicts: Sequence[LabelConflict]
    """Files with the same bytes in the folders of several labels. A push leaves them alone."""
    missing: Sequence[DataFolderRow]
    """Samples whose file is not there. A push leaves them alone."""


def local_changes(rows: Collection[DataFolderRow], digests: Mapping[str, str]) -> LocalChanges:
    """Compares the list of a folder with the digests of its files, by name. The disk may have changed the names: those
    at one place are the same."""
    samples = {row.digest: row for row in rows}
    folders = {row.file.partition("/")[0]: row.label for row in rows if "/" in row.file}
    labels = {place_of(folder): label for folder, label in folders.items()} | folders
    in_place = {(place_of(file), digest) for file, digest in digests.items()}
    recordings = [
        RecordingLabel(digest, _label(file, labels), file)
        for file, digest in sorted(digests.items())
        if digest in samples or file.lower().endswith(SUFFIXES)
    ]
    conflicts = compare_labels(recordings, {}).conflicts
    conflicting_digests = {each.digest for each in conflicts}
    new_labels: dict[int, str] = {}
    new_files: list[tuple[str, str]] = []
    for recording in recordings:
        digest, label = recording.digest, recording.label
        row = samples.get(digest)
        if digest in conflicting_digests:
            continue
        if row is None:
            new_files.append((recording.path, label))
        elif label != row.label and (place_of(row.file), digest) not in in_place:
            new_labels[row.number] = label
    present = frozenset(digests.values())
    return LocalChanges(new_labels, new_files, conflicts, [row for row in rows if row.digest not in present])


def _label(file: str, labels: Mapping[str, str]) -> str:
    """Returns the label of a file's folder, by `labels` of folders or by its name."""
    folder, slash, _ = file.partition("/")
    label = labels.get(folder, labels.get(place_of(folder))) if slash else None
    return label_of_folder(file) if label is None else label
