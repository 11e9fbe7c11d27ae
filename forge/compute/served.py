"""How long organisations computed lately, in one kind of work and in all that this process does."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterable
from uuid import UUID

FORGOTTEN = 0.001
"""Seconds of computing that are no longer worth remembering."""
HALF_LIFE = 5.0
"""Seconds after which what was computed counts half, where all kinds of work are counted together."""
MOMENT = 0.5
"""Seconds of computing by which one organisation must be ahead of another to yield to it."""


class Served:
    """How long each computed lately: what was is halved every `half_life` seconds."""

    def __init__(self, half_life: float) -> None:
        self._half_life = half_life
        self._known: dict[Hashable, tuple[float, float]] = {}

    def add(self, who: Hashable, seconds: float, now: float) -> None:
        """Counts so many more."""
        self._known[who] = (self.lately(who, now) + seconds, now)
        if len(self._known) > 1000:
            self._known = {one: known for one, known in self._known.items() if self.lately(one, now) > FORGOTTEN}

    def lately(self, who: Hashable, now: float) -> float:
        """Seconds, of which older ones count less."""
        seconds, at = self._known.get(who, (0.0, now))
        found: float = seconds * 0.5 ** ((now - at) / self._half_life)
        return found


class Sharing:
    """Which organisations compute at this moment, in whatever kind of work, and how long they did.

    Builds, previews and questions take turns among themselves and compute beside each other, on one processor. Safe
    from any thread.
    """

    def __init__(self) -> None:
        self._served = Served(HALF_LIFE)
        self._computing: dict[Hashable, tuple[UUID, ...]] = {}
        self._counted = 0.0
        self._lock = threading.Lock()

    def set_computing(self, kind: Hashable, organisations: Iterable[UUID], now: float) -> None:
        """These compute from now on in one kind of work, each once for each time that it is named."""
        with self._lock:
            self._count(now)
            self._computing[kind] = tuple(organisations)

    def is_to_yield(self, organisation: UUID, now: float) -> bool:
        """Whether another organisation computes that did so for less time lately."""
        with self._lock:
            self._count(now)
            most = self._served.lately(organisation, now) - MOMENT
            others = {one for named in self._computing.values() for one in named} - {organisation}
            return any(self._served.lately(other, now) < most for other in others)

    def _count(self, now: float) -> None:
        """Counts what was computed since the last time; who computes need not look meanwhile."""
        elapsed = max(0.0, now - self._counted)
        self._counted = max(now, self._counted)
        for named in self._computing.values():
            for organisation in named:
                self._served.add(organisation, elapsed, now)


sharing = Sharing()
"""This process's."""
