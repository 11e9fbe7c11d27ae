"""Finding the exports of a person."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from forge.accounts.models import Organisation
from forge.core.actors import Actor
from forge.core.errors import NotFound
from forge.exposure.models import ExposureExport
from forge.projects.models import Project


def exports_of(actor: Actor, organisation: Organisation) -> QuerySet[ExposureExport]:
    """Returns what a person had signed, the newest first. The caller has found the organisation for them."""
    return ExposureExport.objects.filter(organisation=organisation, author=actor.pk)


def find_export(actor: Actor, organisation: Organisation, export: UUID) -> ExposureExport:
    """Returns a signed list to the person who asked for it, while they may read all projects that it names.

    Raises `NotFound`.
    """
    row = exports_of(actor, organisation).filter(pk=export).exclude(signed_at=None).first()
    if row is None or Project.objects.of_member(actor).filter(pk__in=row.projects).count() != len(row.projects):
        raise NotFound("There is no such signed list of yours.")
    return row
