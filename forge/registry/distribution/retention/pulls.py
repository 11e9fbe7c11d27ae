"""On which day each pushed artifact was pulled last. Readings count in memory, and one statement a minute writes."""

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
        self._noted: set[UUID] = set()
        self._lock = threading.Lock()

    def note(self, manifest: UUID) -> None:
        """The manifest is sent to somebody."""
        with self._lock:
            if len(self._noted) < MOST_NOTED:
                self._noted.add(manifest)

    def take(self) -> list[UUID]:
        """Returns the recorded pulls, and resets them."""
        with self._lock:
            noted, self._noted = self._noted, set()
            return sorted(noted)


pulls = Pulls()
"""This process's."""


def write_down(noted: Pulls = pulls) -> None:
    """Writes that what was noted was pulled now."""
    ids, now = noted.take(), timezone.now()
    for start in range(0, len(ids), BATCH):
        Manifest.objects.filter(pk__in=ids[start : start + BATCH]).update(pulled=now)
