"""The times when devices were seen last. A process notes them in memory, and a periodic task writes
them: a poll writes nothing."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from forge.fleet.models import Device

WRITTEN_EVERY = 20.0
"""Seconds; a process that dies loses as much."""
_STEP = 10
"""Seconds of the same time: those who were seen within them are written by one statement."""
_ROWS = 500
"""Rows that one statement changes."""


class SeenDevices:
    """The devices that were seen since the last writing, and when."""

    def __init__(self) -> None:
        self._times: dict[UUID, datetime] = {}
        self._lock = threading.Lock()

    def note(self, device: UUID, now: datetime) -> None:
        """Notes that a device asked."""
        with self._lock:
            self._times[device] = now

    def write(self) -> None:
        """Writes what was noted. It is kept for the next time if the database does not take it."""
        with self._lock:
            times, self._times = self._times, {}
        try:
            _store(times)
        except Exception:
            with self._lock:
                self._times = times | self._times
            raise


seen_devices = SeenDevices()
"""The devices that this process saw."""


def write_seen() -> None:
    """Writes when the devices of this process were seen."""
    seen_devices.write()


def _store(times: Mapping[UUID, datetime]) -> None:
    by_time: dict[datetime, list[UUID]] = {}
    for device, time in times.items():
        by_time.setdefault(_rounded(time), []).append(device)
    for time, devices in by_time.items():
        # In one order, in which two processes do not wait for each other.
        devices.sort()
        for start in range(0, len(devices), _ROWS):
            some = devices[start : start + _ROWS]
            Device.objects.filter(Q(seen=None) | Q(seen__lt=time), pk__in=some).update(seen=time, away_noticed=None)


def _rounded(time: datetime) -> datetime:
    """Returns the beginning of the step that a time is in."""
    return time.replace(second=time.second - time.second % _STEP, microsecond=0)
