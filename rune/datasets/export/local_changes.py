"""Differences between a pulled folder and its list. Pure: digests and names in, changes out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from rune.datasets.convert.plain import SUFFIXES
from rune.datasets.export.data_folder import Listed
from rune.datasets.layouts.layout import label_of_folder


@dataclass(frozen=True)
class LocalChanges:
    """The changes that a push would make."""

    relabelled: Mapping[int, str]
    """Samples whose file is in the folder of another label, by number."""
    added: Sequence[tuple[str, str]]
    """Files that the list does not have, each with its label."""
    missing: Sequence[Listed]
    """Samples whose file is not there. A push leaves them alone."""


def local_changes(rows: Collection[Listed], digests: Mapping[str, str]) -> LocalChanges:
    """Compares the list of a folder with the digests of its files, by name."""
    samples = {row.digest: row for row in rows}
    labels = {row.file.partition("/")[0]: row.label for row in rows if "/" in row.file}
    relabelled: dict[int, str] = {}
    added: list[tuple[str, str]] = []
    for file, digest in sorted(digests.items()):
        folder = file.partition("/")[0]
        label = labels[folder] if "/" in file and folder in labels else label_of_folder(file)
        row = samples.get(digest)
        if row is None:
            if file.lower().endswith(SUFFIXES):
                added.append((file, label))
        elif label != row.label and digests.get(row.file) != digest:
            relabelled[row.number] = label
    present = frozenset(digests.values())
    return LocalChanges(relabelled, added, [row for row in rows if row.digest not in present])
