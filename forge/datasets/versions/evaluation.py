"""The test samples of a version of a project's data, as a build is evaluated on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forge.datasets.models import DataVersion
from forge.datasets.models.samples import ENDINGS, SampleSplit
from forge.datasets.sample_uses import SampleUse
from forge.datasets.versions.contents import entries_of
from forge.datasets.versions.manifest import labels_in
from forge.datasets.versions.other_projects import usable_samples
from forge.projects.models import Project

FOLDER = ".data"
"""The folder where a compiler's process reads samples, apart from the project's files."""


@dataclass(frozen=True)
class SampleUnderTest:
    """A sample that a build is evaluated on, with its label and marks in the version."""

    digest: str
    path: str
    label: str
    events: Any
    size: int

    def to_json(self) -> dict[str, Any]:
        """Returns the samples as the compiler's process reads them."""
        return {"digest": self.digest, "path": self.path, "label": self.label, "events": self.events}

    @property
    def file_entry(self) -> Mapping[str, Any]:
        """The entry of the file in manifests."""
        return {"digest": self.digest, "size": self.size}


@dataclass(frozen=True)
class DataUnderTest:
    """The test samples of a version, by digest, and the labels of all of its samples."""

    samples: Sequence[SampleUnderTest]
    labels: tuple[str, ...]


def data_under_test(version: DataVersion, project: Project) -> DataUnderTest:
    """Returns the test samples of a version that are still stored and whose consent covers tests in this project today,
    with the labels of the version."""
    all_entries = entries_of(version)
    entries = {each.number: each for each in all_entries if each.split == SampleSplit.TEST}
    rows = usable_samples(version, project, SampleUse.EVALUATION)
    samples = [
        SampleUnderTest(entry.digest, f"{FOLDER}/{number:06d}.{ENDINGS[media_type]}", entry.label, entry.events, size)
        for number, media_type, size in rows.values_list("number", "media_type", "size")
        if (entry := entries.get(number)) is not None
    ]
    return DataUnderTest(sorted(samples, key=lambda each: each.digest), labels_in(all_entries))
