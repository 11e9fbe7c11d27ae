"""The audit log as a chain: each entry has a position and carries the digest of the one before.

An action writes its entry in its own transaction, and holds up nobody. Committed entries are then placed into the
chain by whichever process comes first: the row of the chain's end is locked, so there is one order. A changed, removed
or inserted entry breaks the chain (`forge.core.audit.check`); a copy that was sent elsewhere shows a removed end.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from forge.core.hooks import Hook
from forge.core.models import AuditChain, AuditEntry

GENESIS = "0" * 64
"""The previous digest of the first entry."""
BATCH = 500
"""Entries that one transaction places."""
FORMAT = 1
"""The version of the canonical form, which is part of what is hashed."""


copied_through: Hook[[], int] = Hook()
"""The last position that every copy elsewhere has; entries after it are kept longer."""


def commitment(salt: str, actor: object) -> str:
    """Commits to who acted: without the salt nobody can try people, and another person gives another text."""
    return hashlib.sha256(f"{salt}:{actor or ''}".encode()).hexdigest()


def canonical(entry: AuditEntry) -> dict[str, Any]:
    """Returns the hashed form of an entry: all of it but `actor`, which is represented by a commitment."""
    return {
        "format": FORMAT,
        "position": entry.position,
        "previous": entry.previous,
        "id": str(entry.pk),
        "at": moment_text(entry.at),
        "actor_commitment": entry.actor_commitment,
        "principal_kind": entry.principal_kind,
        "principal_id": entry.principal_id,
        "action": entry.action,
        "subject": entry.subject,
        "organisation": _text(entry.organisation),
        "project": _text(entry.project),
        "person": _text(entry.person),
        "data": entry.data,
    }


def digest_of(form: Mapping[str, Any]) -> str:
    """The digest of a canonical form: of its JSON with sorted keys, without spaces, in UTF-8."""
    text = json.dumps(form, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    # Half a character, which is no UTF-8, must not stop the chain.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def record_of(entry: AuditEntry) -> dict[str, Any]:
    """An entry with its place, as it is sent elsewhere: anybody who has the records can check the chain alone."""
    return canonical(entry) | {"digest": entry.digest, "actor": _text(entry.actor_id), "salt": entry.salt}


def extend(batch: int = BATCH) -> int:
    """Places up to so many committed entries into the chain, the oldest first; answers how many."""
    if not AuditEntry.objects.filter(position=None).exists():
        return 0
    with transaction.atomic():
        end = _locked_end()
        entries = list(AuditEntry.objects.filter(position=None).order_by("at", "id")[:batch])
        for entry in entries:
            entry.salt = secrets.token_hex(16)
            entry.actor_commitment = commitment(entry.salt, entry.actor_id)
            entry.position, entry.previous = end.position + 1, end.digest
            entry.digest = digest_of(canonical(entry))
            end.position, end.digest = entry.position, entry.digest
            AuditEntry.objects.all().place(entry)
        end.save()
    return len(entries)


def extend_all() -> int:
    """Places all entries that are committed; answers how many."""
    total = 0
    while count := extend():
        total += count
    return total


def chain_end() -> AuditChain:
    """The position and the digest of the last entry; 0 and `GENESIS` for none."""
    return AuditChain.objects.first() or AuditChain(digest=GENESIS)


def moment_text(moment: datetime) -> str:
    """A moment in UTC with microseconds, always written in one way."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _locked_end() -> AuditChain:
    AuditChain.objects.get_or_create(pk=1, defaults={"digest": GENESIS})
    return AuditChain.objects.select_for_update().get(pk=1)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
