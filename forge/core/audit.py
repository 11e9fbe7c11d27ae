"""The audit log: every action that changes something writes who did what to what."""

from __future__ import annotations

from typing import Any

from forge.core.actors import Actor
from forge.core.models import AuditEntry


def write_entry(actor: Actor, action: str, subject: str, **data: Any) -> AuditEntry:
    """Writes an entry. `subject` is a key like `project:<id>`."""
    return AuditEntry.objects.create(
        actor=actor.person,
        principal_kind=str(actor.kind),
        principal_id=str(actor.id),
        action=action,
        subject=subject,
        data=data,
    )
