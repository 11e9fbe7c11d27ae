"""How long organisations computed lately, in one kind of work and in all that is done beside it."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar
from uuid import UUID

from forge.compute.pool.workdir import workdir
from forge.compute.scheduler.peers import Neighbours, Told

FORGOTTEN, TOLD = 0.001, 0.05
"""Seconds of computing that are no longer worth remembering, and those that other processes need not know."""
HALF_LIFE = 5.0
"""Seconds after which what was computed counts half, where all kinds of work are counted together."""
MOMENT = 0.5
"""Seconds of computing by which one organisation must be ahead of another to yield to it."""

Who = TypeVar("Who", bound=Hashable)


class Served(Generic[Who]):
    """How long each computed lately: what was is halved every `half_life` seconds."""

    def __init__(self, half_life: float) -> None:
        self._half_life = half_life
        self._known: dict[Who, tuple[float, float]] = {}

    def add(self, who: Who, seconds: float, now: float) -> None:
        """Counts so many more."""
        self._known[who] = (self.lately(who, now) + seconds, now)
        if len(self._known) > 1000:
            self._known = {one: known for one, known in self._known.items() if self.lately(one, now) > FORGOTTEN}

    def lately(self, who: Who, now: float) -> float:
        """Seconds, of which older ones count less."""
        seconds, at = self._known.get(who, (0.0, now))
        return self.after(seconds, now - at)

    def after(self, seconds: float, elapsed: float) -> float:
        """What so many seconds of computing count for when some time went by."""
        left: float = seconds * 0.5 ** (elapsed / self._half_life)
        return left

    def known(self, now: float) -> dict[Who, float]:
        """All of them that are worth to be told."""
        lately = ((who, self.lately(who, now)) for who in self._known)
        return {who: seconds for who, seconds in lately if seconds > TOLD}


class Sharing:
    """Which organisations compute at this moment, in whatever kind of work, and how long they did.

    Builds, previews and questions take turns among themselves and compute beside each other, on one processor, in this
    process and in its `neighbours`. Safe from any thread.
    """

    def __init__(self, neighbours: Neighbours | None = None) -> None:
        self._neighbours = neighbours
        self._served = Served[UUID](HALF_LIFE)
        self._computing: dict[Hashable, tuple[UUID, ...]] = {}
        self._counted = 0.0
        self._lock = threading.Lock()

    def set_computing(self, kind: Hashable, organisations: Iterable[UUID], now: float) -> None:
        """These compute from now on in one kind of work, each once for each time that it is named."""
        with self._lock:
            self._count(now)
            self._computing[kind] = tuple(organisations)
            self._tell(now)

    def is_to_yield(self, organisation: UUID, now: float) -> bool:
        """Whether another organisation computes that did so for less time lately."""
        with self._lock:
            self._count(now)
            self._tell(now)
            heard = self._neighbours.hear(now) if self._neighbours else ()
            others = self._all_computing().union(*(told.computing for told in heard)) - {organisation}
            most = self._lately(organisation, heard, now) - MOMENT
            return any(self._lately(other, heard, now) < most for other in others)

    def _lately(self, organisation: UUID, heard: Iterable[Told], now: float) -> float:
        """Seconds that an organisation computed lately, here and there."""
        there = (self._served.after(told.served.get(organisation, 0.0), max(0.0, now - told.at)) for told in heard)
        return self._served.lately(organisation, now) + sum(there)

    def _all_computing(self) -> frozenset[UUID]:
        return frozenset(one for named in self._computing.values() for one in named)

    def _tell(self, now: float) -> None:
        if self._neighbours is not None:
            self._neighbours.tell(Told(now, self._all_computing(), self._served.known(now)))

    def _count(self, now: float) -> None:
        """Counts what was computed since the last time; who computes need not look meanwhile."""
        elapsed = max(0.0, now - self._counted)
        self._counted = max(now, self._counted)
        for named in self._computing.values():
            for organisation in named:
                self._served.add(organisation, elapsed, now)


sharing = Sharing(Neighbours(workdir))
"""This process's."""
