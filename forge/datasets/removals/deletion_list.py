"""The list of deleted samples and withdrawn consents in the data folder, outside of the database.

A restore of an earlier backup brings them back; by this list they are deleted again (`forge.datasets.removals.again`).
It has ids and no names, and only grows. A line follows the commit of its deletion, since one that is rolled back must
not be listed. What a process did not list because it died in between, the rows in the database tell.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from forge.datasets.models import Consent, Sample

FILE = "deletions.jsonl"


@dataclass(frozen=True)
class Deletions:
    """Samples and consents that are over."""

    samples: Mapping[UUID, str]
    """The reason for each sample."""
    consents: frozenset[UUID]
    """The consents that were withdrawn."""

    def __or__(self, other: Deletions) -> Deletions:
        return Deletions({**self.samples, **other.samples}, self.consents | other.consents)


def list_path() -> Path:
    """Returns the path of the list."""
    return Path(settings.DATA_DIR) / FILE


def list_deleted(samples: Collection[UUID] = (), reason: str = "", consents: Collection[UUID] = ()) -> None:
    """Adds to the list, once the transaction is over."""
    new = Deletions(dict.fromkeys(samples, reason), frozenset(consents))
    transaction.on_commit(partial(_append, new), robust=True)


def list_missing() -> None:
    """Adds the deletions of the database that the list lacks."""
    all_deleted = in_database()
    listed_deletions = read_deletions() if list_path().exists() else Deletions({}, frozenset())
    samples = {key: reason for key, reason in all_deleted.samples.items() if key not in listed_deletions.samples}
    missing = Deletions(samples, all_deleted.consents - listed_deletions.consents)
    if missing.samples or missing.consents:
        _append(missing)


def read_deletions() -> Deletions:
    """All of the list. Half a line, which a crash left, is passed over."""
    samples: dict[UUID, str] = {}
    consents: set[UUID] = set()
    for line in list_path().read_bytes().splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        samples |= {UUID(key): reason for key, reason in entry["samples"].items()}
        consents |= {UUID(key) for key in entry["consents"]}
    return Deletions(samples, frozenset(consents))


def in_database() -> Deletions:
    """Returns all that the database calls deleted."""
    return Deletions(
        dict(Sample.objects.filter(removed__isnull=False).values_list("pk", "removal_reason")),
        frozenset(Consent.objects.filter(withdrawn__isnull=False).values_list("pk", flat=True)),
    )


def _append(new: Deletions) -> None:
    """Adds a line."""
    descriptor = os.open(list_path(), os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        samples = {str(key): reason for key, reason in new.samples.items()}
        line = json.dumps({"samples": samples, "consents": sorted(map(str, new.consents))})
        # A line of its own also after half a line, which a crash left.
        file.write(f"\n{line}\n".encode())
        file.flush()
        os.fsync(descriptor)
