"""The version of the data on which a build was tested, beside that of an earlier build."""

from __future__ import annotations

from forge.builds.models import Build
from forge.datasets.models import DataVersion
from forge.datasets.versions.contents import deleted_numbers, entries_of
from forge.datasets.versions.manifest import Entry, compare, sentences_of
from rune.datasets.splits import Split
from rune.wording import listed


def data_sentences(before: Build | None, build: Build) -> tuple[str, ...]:
    """Says that a build was tested on another version of the data than an earlier one, and which tests changed."""
    one, other = (None if before is None else before.data_version), build.data_version
    if before is None or one is None or other is None or one.pk == other.pk:
        return ()
    changes = sentences_of(compare(_tests(one), _tests(other), deleted_numbers(other.data_set_id)))
    test_changes = f"Of its test samples: {listed(changes)}." if changes else "Its test samples are the same."
    return (
        f"Tested on version {other.number} of the data; build {before.number} on version {one.number}. {test_changes}",
    )


def _tests(version: DataVersion) -> list[Entry]:
    return [each for each in entries_of(version) if each.split == Split.TEST]
