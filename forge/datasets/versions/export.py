"""Writing a version in a layout that other tools read, while it is sent."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from sys import intern
from typing import IO

from forge.core.actors import Actor
from forge.core.blobs.store import read_blob
from forge.core.errors import NotFound
from forge.datasets.access import find_version, samples_of
from forge.datasets.errors import LayoutRefused, PlayingRefused
from forge.datasets.models import DataVersion, SampleQuerySet
from forge.datasets.models.samples import ENDINGS, SampleKind
from forge.datasets.playing import playable, refusal_of
from forge.datasets.sample_uses import SampleUse
from forge.datasets.versions.card import origin_of
from forge.datasets.versions.contents import entries_of
from forge.datasets.versions.manifest import Entry
from forge.projects.models import Project
from rune.datasets.content.content import BadContent, Kind
from rune.datasets.export.layout import ExportedSample, ExportLayout, VersionOrigin
from rune.datasets.positions import read_positions
from rune.wording import counted


@dataclass(frozen=True)
class Export:
    """The samples of a version that are written, in the order of their numbers."""

    version: DataVersion
    origin: VersionOrigin
    layout: ExportLayout
    samples: Sequence[ExportedSample]
    joined_files: Sequence[tuple[str, bytes]] | None = None
    """The complete files of a layout in which a sample has no file of its own; None for other layouts."""

    def files(self) -> Iterator[tuple[str, Callable[[], IO[bytes]]]]:
        """Yields the files, the lists last. A sample whose bytes are deleted meanwhile is left out, also of the lists.

        One recording is in memory at a time.
        """
        if self.joined_files is not None:
            for name, data in self.joined_files:
                yield name, partial(io.BytesIO, data)
            return
        exported_samples: list[ExportedSample] = []
        for sample, data in _samples_with_bytes(self.samples):
            exported_samples.append(sample)
            yield self.layout.path(sample), partial(io.BytesIO, self.layout.content(sample, data))
        for name, data in self.layout.lists(self.origin, exported_samples):
            yield name, partial(io.BytesIO, data)


def plan_export(
    actor: Actor, project: Project, number: int, layout: ExportLayout, *, after: int = 0, limit: int | None = None
) -> Export:
    """Returns what an export of a version writes: the samples that are still stored and whose consent covers it
    now, with numbers above `after`.

    Raises `PlayingRefused` for somebody who may not play all that the version has, also outside of this part: what is
    exported is that version or nothing. Raises `LayoutRefused` for samples that the layout cannot have,
    `DataVersionNotFound`, and `Forbidden` or `NotFound`.
    """
    version = find_version(actor, project, number)
    stored_samples = samples_of(actor, project).for_use(SampleUse.EXPORT).select_related(None).order_by()
    endings = {
        row: ENDINGS[media_type] for row, media_type in stored_samples.values_list("number", "media_type").iterator()
    }
    all_entries = entries_of(version)
    entries = [entry for entry in all_entries if entry.number in endings]
    locked_numbers = set(stored_samples.exclude(playable(actor)).values_list("number", flat=True))
    if locked_count := sum(entry.number in locked_numbers for entry in entries):
        raise PlayingRefused(
            f"You may not export {locked_count} of the {counted(len(entries), 'sample')} of version {number}, and "
            f"without them it would be another version, so nothing is exported. {refusal_of(project)}"
        )
    entries = [entry for entry in entries if entry.number > after][:limit]
    samples = _with_sizes([exported(entry, endings[entry.number]) for entry in entries], stored_samples)
    try:
        layout.refuse(samples)
        joined_files = layout.join(_samples_with_bytes(samples)) if layout.join is not None else None
    except BadContent as error:
        raise LayoutRefused(str(error)) from None
    return Export(version, origin_of(project, version, all_entries), layout, samples, joined_files)


def _with_sizes(samples: list[ExportedSample], stored_samples: SampleQuerySet) -> list[ExportedSample]:
    """The samples with the sizes of the pictures that have positions: some layouts have these in pixels."""
    if all(each.positions is None for each in samples):
        return samples
    pictures = stored_samples.filter(kind=SampleKind.PICTURE)
    drawings: dict[int, dict[str, int]] = dict(pictures.values_list("number", "drawing"))
    return [
        replace(each, width=drawing.get("width", 0), height=drawing.get("height", 0))
        for each in samples
        for drawing in [drawings.get(each.number, {})]
    ]


def _samples_with_bytes(samples: Iterable[ExportedSample]) -> Iterator[tuple[ExportedSample, bytes]]:
    """Yields samples with their bytes. It leaves out samples that were deleted since the export was planned."""
    for sample in samples:
        try:
            yield sample, read_blob(sample.digest)
        except NotFound:
            continue


def exported(entry: Entry, ending: str) -> ExportedSample:
    """Returns a sample of a version as layouts write it. `ending` is that of its file as it is stored."""
    group = "" if entry.group is None else intern(f"group-{entry.group}")
    return ExportedSample(
        entry.number,
        entry.digest,
        Kind(entry.kind),
        ending,
        entry.label,
        entry.split,
        group,
        entry.milliseconds,
        read_positions(entry.positions),
    )
