"""The audit log: every action that changes something writes who did what to what."""

from __future__ import annotations

from typing import Any

from forge.core.models import AuditEntry


def write_entry(actor: Any, action: str, subject: str, **data: Any) -> AuditEntry:
    """Writes an entry. `actor` is a user or None (the installation itself); `subject` is a key like `project:<id>`."""
    return AuditEntry.objects.create(actor=actor, action=action, subject=subject, data=data)
