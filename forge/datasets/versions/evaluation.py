"""The test samples of a version of a project's data, as a build is evaluated on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forge.datasets.consent.uses import SampleUse
from forge.datasets.models import DataVersion, Sample
from forge.datasets.samples.models import ENDINGS, SampleSplit
from forge.datasets.versions.contents import entries_of
from forge.projects.models import Project

FOLDER = ".data"
"""Where a compiler's process reads samples, apart from the project's files."""


@dataclass(frozen=True)
class SampleUnderTest:
    """A sample that a build is evaluated on, with its label and marks in the version."""

    digest: str
    path: str
    label: str
    events: Any
    size: int

    def to_json(self) -> dict[str, Any]:
        """As the compiler's process reads it."""
        return {"digest": self.digest, "path": self.path, "label": self.label, "events": self.events}

    @property
    def described(self) -> Mapping[str, Any]:
        """As manifests describe files."""
        return {"digest": self.digest, "size": self.size}


def find_data_version(project: Project, digest: str) -> DataVersion | None:
    """The version of the project's data that has this digest."""
    return DataVersion.objects.filter(data_set__project=project, digest=digest).first()


def test_samples(version: DataVersion) -> Sequence[SampleUnderTest]:
    """The test samples of a version that are still stored and whose consent covers tests today, by digest."""
    entries = {each.number: each for each in entries_of(version) if each.split == SampleSplit.TEST}
    rows = Sample.objects.for_use(SampleUse.EVALUATION).filter(data_set=version.data_set_id)
    samples = [
        SampleUnderTest(entry.digest, f"{FOLDER}/{number:06d}.{ENDINGS[media_type]}", entry.label, entry.events, size)
        for number, media_type, size in rows.values_list("number", "media_type", "size")
        if (entry := entries.get(number)) is not None
    ]
    return sorted(samples, key=lambda each: each.digest)
