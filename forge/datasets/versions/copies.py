"""Copies of versions that left the server: each export and pull is written down, so that a withdrawal can name them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from forge.accounts.principals import PrincipalKind
from forge.core.actors import Actor
from forge.datasets.models import DataCopy, DataVersion
from forge.datasets.versions.contents import entries_of

SAME = timedelta(hours=1)
"""Parts of one version that somebody fetches within this time are one copy."""


def note_copy(actor: Actor, version: DataVersion, layout: str, numbers: Collection[int]) -> None:
    """Writes down that somebody fetches these samples of a version. Before the first byte is sent."""
    if not numbers:
        return
    by_program = actor.kind != PrincipalKind.PERSON
    same = DataCopy.objects.filter(version=version, person=actor.person, by_program=by_program, layout=layout)
    recent = same.filter(created__gt=timezone.now() - SAME).first()
    if recent is None:
        DataCopy.objects.create(
            version=version,
            person=actor.person,
            by_program=by_program,
            layout=layout,
            first=min(numbers),
            last=max(numbers),
        )
    elif min(numbers) < recent.first or max(numbers) > recent.last:
        recent.first, recent.last = min(recent.first, *numbers), max(recent.last, *numbers)
        recent.save(update_fields=["first", "last"])


def copies_with(data_set: UUID, numbers: Collection[int], before: datetime) -> Sequence[DataCopy]:
    """The copies, newest first, that may have one of these samples, of versions that had it."""
    wanted_numbers = frozenset(numbers)
    rows = DataCopy.objects.filter(version__data_set=data_set, created__lte=before).select_related("version", "person")
    contents: dict[UUID, frozenset[int]] = {}
    copies = []
    for row in rows.order_by("-created"):
        if row.version_id not in contents:
            contents[row.version_id] = frozenset(each.number for each in entries_of(row.version)) & wanted_numbers
        if any(row.first <= number <= row.last for number in contents[row.version_id]):
            copies.append(row)
    return copies
