"""The audit log: every action that changes something writes who did what to what, and where.

Where an entry belongs decides who reads it: the owners of an organisation, or the person of an account.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from forge.core.actors import Actor
from forge.core.models import AuditEntry


@dataclass(frozen=True)
class AuditPlace:
    """The place of an event: an organisation and one of its projects, or a person's own account."""

    organisation: UUID | None = None
    project: UUID | None = None
    person: UUID | None = None


NOWHERE = AuditPlace()
"""The place of entries of no organisation and no account, which only operators read."""


def write_entry(actor: Actor, action: str, subject: str, place: AuditPlace = NOWHERE, /, **data: Any) -> AuditEntry:
    """Writes an entry. `subject` is a key like `project:<id>`; `action` has its words (`forge.core.audit.messages`)."""
    return AuditEntry.objects.create(
        actor=actor.person,
        principal_kind=str(actor.kind),
        principal_id=str(actor.id),
        action=action,
        subject=subject,
        organisation=place.organisation,
        project=place.project,
        person=place.person,
        data=data,
    )


def entries_since(actor: Actor, action: str, within: timedelta) -> QuerySet[AuditEntry]:
    """Returns the recent entries of this action by the same principal: for actions that are not logged every time."""
    mine = AuditEntry.objects.filter(principal_kind=str(actor.kind), principal_id=str(actor.id))
    return mine.filter(action=action, at__gt=timezone.now() - within)
