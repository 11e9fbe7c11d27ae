"""The day on which each pushed artifact was pulled last.

Readings count in memory, and one statement a minute writes.
"""

from __future__ import annotations

import threading
from uuid import UUID

from django.utils import timezone

from forge.registry.models import Manifest

FLUSH_EVERY = 60.0
"""Seconds; a process that dies loses as much."""
MOST_NOTED = 50_000
"""Artifacts that a process notes between two writes."""
BATCH = 500


class Pulls:
    """The pulls that one process recorded since it last stored them."""

    def __init__(self) -> None:
        self._manifest_ids: set[UUID] = set()
        self._lock = threading.Lock()

    def note(self, manifest: UUID) -> None:
        """The manifest is sent to somebody."""
        with self._lock:
            if len(self._manifest_ids) < MOST_NOTED:
                self._manifest_ids.add(manifest)

    def take(self) -> list[UUID]:
        """Returns the recorded pulls, and resets them."""
        with self._lock:
            manifest_ids, self._manifest_ids = self._manifest_ids, set()
            return sorted(manifest_ids)


pulls = Pulls()
"""This process's."""


def write_down(source: Pulls = pulls) -> None:
    """Writes that what was noted was pulled now."""
    ids, now = source.take(), timezone.now()
    for start in range(0, len(ids), BATCH):
        Manifest.objects.filter(pk__in=ids[start : start + BATCH]).update(pulled=now)
