"""The card of a version: where its samples come from, for what their people agreed, and under which licence others may
use them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import BooleanField, Case, When

from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.errors import Invalid
from forge.datasets.actions import DataSetChange
from forge.datasets.consent_terms import PURPOSE_LABELS, Purpose
from forge.datasets.models import DataSet, DataVersion, Sample
from forge.datasets.models.samples import SampleKind, SampleSource
from forge.datasets.sample_uses import in_force
from forge.datasets.versions.manifest import Entry
from forge.projects.access import require
from forge.projects.models import Project
from rune.datasets.export.layout import VersionOrigin
from rune.wording import counted, listed

LICENCES: Mapping[str, str] = {
    "CC0-1.0": "Creative Commons Zero 1.0",
    "CC-BY-4.0": "Creative Commons Attribution 4.0",
    "CC-BY-SA-4.0": "Creative Commons Attribution-ShareAlike 4.0",
    "CC-BY-NC-4.0": "Creative Commons Attribution-NonCommercial 4.0",
    "ODbL-1.0": "Open Database License 1.0",
    "PDDL-1.0": "Public Domain Dedication and License 1.0",
}
"""The licences that a project can state for its data: SPDX identifiers with their names."""


@dataclass(frozen=True)
class DataCard:
    """Facts of today about the samples that a version had. Nobody is named."""

    licence: str
    """An SPDX identifier; "" where the project states none."""
    sources: Sequence[tuple[str, int]]
    """How the samples came in, most first."""
    kinds: Sequence[tuple[str, int]]
    devices: int
    first: datetime | None
    last: datetime | None
    """The time when the last of the stored samples was recorded or imported."""
    purpose_counts: Sequence[tuple[str, int]]
    """How many samples their people gave for each purpose, of those whose consent is in force."""
    ends: datetime | None
    """The time when the first consent ends; None where none does."""
    deleted_count: int
    """Samples whose bytes were deleted since the version was saved."""

    @property
    def licence_name(self) -> str:
        """The name of the licence, or an empty text if the data has none."""
        return LICENCES.get(self.licence, "")

    @property
    def source_sentence(self) -> str:
        """`812 samples: recorded with a phone, 300: imported.`"""
        return f"{listed([f'{source}: {count:,}' for source, count in self.sources])}." if self.sources else ""

    @property
    def consent_sentence(self) -> str:
        """How many samples people gave for each purpose, and how many were deleted."""
        purposes = listed([f"{purpose}: {count:,}" for purpose, count in self.purpose_counts])
        text = f"Samples by what their people agreed to: {purposes}." if purposes else "No sample is left."
        return f"{text} {counted(self.deleted_count, 'sample')} deleted since." if self.deleted_count else text


class _Origin(NamedTuple):
    """The facts of a sample that a card counts. 100,000 samples have few origins."""

    source: str
    kind: str
    device: str
    ends: datetime | None
    is_in_force: bool
    """Whether the consent is; the fields after it are what it covers."""
    for_tests: bool
    for_training: bool
    for_readers: bool
    for_other_projects: bool
    for_assistants: bool

    @property
    def purposes(self) -> Sequence[Purpose]:
        """The purposes for which the sample may be used today."""
        return [purpose for name, purpose in _PURPOSES.items() if self.is_in_force and getattr(self, name)]


_PURPOSES = {
    "for_tests": Purpose.TESTS,
    "for_training": Purpose.TRAINING,
    "for_readers": Purpose.READERS,
    "for_other_projects": Purpose.OTHER_PROJECTS,
    "for_assistants": Purpose.ASSISTANTS,
}


def card_of(version: DataVersion, entries: Sequence[Entry]) -> DataCard:
    """The card of a version with these samples. The caller found the version for someone."""
    numbers = {each.number for each in entries}
    rows = Sample.objects.available().filter(data_set=version.data_set_id)
    is_in_force = Case(When(in_force(), then=True), default=False, output_field=BooleanField())
    columns: Sequence[Any] = (
        "source",
        "kind",
        "device",
        "consent__ends",
        is_in_force,
        *(f"consent__{name}" for name in _PURPOSES),
    )
    origins = Counter[_Origin]()
    first = last = None
    for number, created, *origin in rows.values_list("number", "created", *columns).iterator():
        if number in numbers:
            origins[_Origin(*origin)] += 1
            first, last = min(first or created, created), max(last or created, created)
    purpose_counts = Counter[Purpose]()
    for each, count in origins.items():
        purpose_counts.update(dict.fromkeys(each.purposes, count))
    return DataCard(
        licence=version.data_set.licence,
        sources=[(SampleSource(name).label, count) for name, count in _counts(origins, "source")],
        kinds=[(SampleKind(name).label, count) for name, count in _counts(origins, "kind")],
        devices=len({each.device for each in origins if each.device}),
        first=first,
        last=last,
        purpose_counts=[(PURPOSE_LABELS[each], purpose_counts[each]) for each in Purpose if purpose_counts[each]],
        ends=min((each.ends for each in origins if each.ends is not None), default=None),
        deleted_count=len(numbers) - origins.total(),
    )


def _counts(origins: Counter[_Origin], field: str) -> Sequence[tuple[str, int]]:
    """Returns how many samples have each value of a field, most first."""
    counts = Counter[str]()
    for origin, count in origins.items():
        counts[getattr(origin, field)] += count
    return counts.most_common()


def origin_of(project: Project, version: DataVersion, entries: Sequence[Entry]) -> VersionOrigin:
    """The description of a version in an export: address, date, licence, source and consent."""
    card = card_of(version, entries)
    return VersionOrigin(
        project.full_name,
        version.number,
        version.digest,
        url=f"{settings.PUBLIC_URL}{project.get_absolute_url()}/data/versions/{version.number}",
        published=version.created.date().isoformat(),
        licence=card.licence,
        source=card.source_sentence,
        consent=card.consent_sentence,
    )


def state_licence(actor: Actor, project: Project, licence: str) -> None:
    """States under which licence others may use the data; "" states none. Raises `Invalid`, and `Forbidden` or
    `NotFound`."""
    require(actor, Verb.MANAGE, project)
    if licence and licence not in LICENCES:
        raise Invalid(f"The licence must be one of {listed(list(LICENCES))}, or empty.")
    data_set, _ = DataSet.objects.get_or_create(project=project)
    with (change := DataSetChange(data_set.pk)) as locked_data_set:
        if locked_data_set.licence == licence:
            return
        DataSet.objects.filter(pk=locked_data_set.pk).update(licence=licence)
        change.note(actor, "data.licence", licence=licence or "no licence")
