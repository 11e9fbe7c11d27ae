"""The data of a run: the samples of a version that may be learned from now, as a ZIP file for `lab`."""

from __future__ import annotations

import zipfile
from collections.abc import Collection, Mapping
from pathlib import Path

from forge.core.blobs.store import read_blob
from forge.core.errors import NotFound
from forge.datasets.models import DataVersion, Sample
from forge.datasets.models.samples import ENDINGS
from forge.datasets.sample_uses import SampleUse
from forge.datasets.versions.contents import entries_of
from forge.datasets.versions.export import exported
from forge.datasets.versions.manifest import Entry
from forge.datasets.versions.other_projects import usable_samples
from forge.projects.models import Project
from rune.datasets.export.data_folder import DATA_FOLDER
from rune.datasets.export.layout import ExportedSample, VersionOrigin
from rune.datasets.positions import read_positions

ARCHIVE = "data.zip"
"""The name of the ZIP file in the folder of a job."""


def usable_entries(version: DataVersion, project: Project) -> list[Entry]:
    """The samples of a version, without those of the test split, whose consent is in force and covers training in this
    project now.

    A sample that was withdrawn, deleted, or left out since the version was saved is not among them.
    """
    samples = usable_samples(version, project, SampleUse.TRAINING).included()
    usable = frozenset(samples.values_list("number", flat=True))
    return [entry for entry in entries_of(version) if entry.number in usable]


def labels_of(version: DataVersion | None) -> frozenset[str]:
    """The labels of a version: those of its samples, and of objects in its pictures."""
    entries = [] if version is None else entries_of(version)
    of_objects = (position.label for each in entries for position in read_positions(each.positions) or ())
    return frozenset({*(each.label for each in entries), *of_objects})


def write_data(version: DataVersion, entries: Collection[Entry], target: Path) -> Mapping[str, int]:
    """Writes recordings with labels, groups and splits; returns the number of the sample of each file.

    One recording is in memory at a time. A sample whose bytes are deleted meanwhile is left out.
    """
    rows = Sample.objects.filter(data_set=version.data_set_id, number__in=[entry.number for entry in entries])
    media_types = dict(rows.values_list("number", "media_type"))
    exported_samples: list[ExportedSample] = []
    numbers: dict[str, int] = {}
    with zipfile.ZipFile(target, "w") as archive:
        for entry in entries:
            sample = exported(entry, ENDINGS[media_types[entry.number]])
            try:
                data = read_blob(sample.digest)
            except NotFound:
                continue
            path = DATA_FOLDER.path(sample)
            archive.writestr(path, data)
            numbers[path] = entry.number
            exported_samples.append(sample)
        # The name of the project is of no use to what learns.
        for name, data in DATA_FOLDER.lists(VersionOrigin("data", version.number, version.digest), exported_samples):
            archive.writestr(name, data)
    return numbers
