"""The devices whose polls one process holds: a limited number, and a part of it for each address."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from uuid import UUID

GRANT_SECONDS = 180.0
"""A device that has not asked for so long makes room for another one."""


class LongPollGrants:
    """The places of devices whose polls are held.

    A device keeps its place as long as it asks, so that it does not get one interval now and another the next time.
    """

    def __init__(self, most: int, most_of_address: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._most_of_address, self._clock = most, most_of_address, clock
        self._places: dict[UUID, tuple[float, str]] = {}
        """The time when each was given, and the address. The oldest is first."""
        self._addresses: Counter[str] = Counter()
        self._lock = threading.Lock()

    def grant(self, device: UUID, address: str) -> bool:
        """Gives a device a place, or renews it. Returns whether it has one."""
        now = self._clock()
        with self._lock:
            self._forget_old(now)
            self._remove(device)
            if len(self._places) >= self._most or self._addresses[address] >= self._most_of_address:
                return False
            self._places[device] = (now, address)
            self._addresses[address] += 1
            return True

    def _forget_old(self, now: float) -> None:
        while self._places:
            device = next(iter(self._places))
            if self._places[device][0] > now - GRANT_SECONDS:
                return
            self._remove(device)

    def _remove(self, device: UUID) -> None:
        place = self._places.pop(device, None)
        if place is not None:
            self._addresses[place[1]] -= 1
            if not self._addresses[place[1]]:
                del self._addresses[place[1]]
