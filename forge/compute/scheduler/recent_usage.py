"""The recent usage of organisations: in one kind of work, and in all kinds that share the processor."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar
from uuid import UUID

from forge.compute.scheduler.peers import PeerReport, Peers
from forge.compute.workdir import workdir

NEGLIGIBLE_SECONDS, REPORTED_SECONDS = 0.001, 0.05
"""Seconds of computing that are no longer worth remembering, and those that other processes need not know."""
HALF_LIFE = 5.0
"""Seconds after which what was computed counts half, where all kinds of work are counted together."""
MOMENT = 0.5
"""Seconds of computing by which one organisation must be ahead of another to yield to it."""

Who = TypeVar("Who", bound=Hashable)


class RecentUsage(Generic[Who]):
    """Seconds that each computed recently; older seconds count half after `half_life` seconds."""

    def __init__(self, half_life: float) -> None:
        self._half_life = half_life
        self._entries: dict[Who, tuple[float, float]] = {}

    def add(self, who: Who, seconds: float, now: float) -> None:
        """Adds seconds that somebody computed until now."""
        self._entries[who] = (self.seconds_of(who, now) + seconds, now)
        if len(self._entries) > 1000:
            self._entries = {
                one: entry for one, entry in self._entries.items() if self.seconds_of(one, now) > NEGLIGIBLE_SECONDS
            }

    def seconds_of(self, who: Who, now: float) -> float:
        """Recent seconds of computing; older ones count less."""
        seconds, at = self._entries.get(who, (0.0, now))
        return self.after(seconds, now - at)

    def after(self, seconds: float, elapsed_seconds: float) -> float:
        """Returns the weight of seconds of computing after some time."""
        left: float = seconds * 0.5 ** (elapsed_seconds / self._half_life)
        return left

    def reported_usage(self, now: float) -> dict[Who, float]:
        """Returns the organisations whose usage other processes need to know."""
        usage = ((who, self.seconds_of(who, now)) for who in self._entries)
        return {who: seconds for who, seconds in usage if seconds > REPORTED_SECONDS}


class Sharing:
    """Says which organisations compute at this moment, in whatever kind of work, and how long they did.

    Builds, previews and questions are scheduled among themselves and compute beside each other, on one processor, in
    this process and in its `peers`. Safe from any thread.
    """

    def __init__(self, peers: Peers | None = None) -> None:
        self._peers = peers
        self._usage = RecentUsage[UUID](HALF_LIFE)
        self._computing: dict[Hashable, tuple[UUID, ...]] = {}
        self._counted_until = 0.0
        self._lock = threading.Lock()

    def set_computing(self, kind: Hashable, organisations: Iterable[UUID], now: float) -> None:
        """Sets which organisations compute from now on in one kind of work; one that is named twice computes twice."""
        with self._lock:
            self._count(now)
            self._computing[kind] = tuple(organisations)
            self._publish(now)

    def is_to_yield(self, organisation: UUID, now: float) -> bool:
        """Returns whether another organisation computes that has used less recently."""
        with self._lock:
            self._count(now)
            self._publish(now)
            reports = self._peers.read(now) if self._peers else ()
            others = self._all_computing().union(*(report.computing for report in reports)) - {organisation}
            most = self._total_seconds(organisation, reports, now) - MOMENT
            return any(self._total_seconds(other, reports, now) < most for other in others)

    def _total_seconds(self, organisation: UUID, reports: Iterable[PeerReport], now: float) -> float:
        """Seconds that an organisation computed recently, in this process and its peers."""
        there = (
            self._usage.after(report.usage.get(organisation, 0.0), max(0.0, now - report.at)) for report in reports
        )
        return self._usage.seconds_of(organisation, now) + sum(there)

    def _all_computing(self) -> frozenset[UUID]:
        return frozenset(one for organisations in self._computing.values() for one in organisations)

    def _publish(self, now: float) -> None:
        if self._peers is not None:
            self._peers.publish(PeerReport(now, self._all_computing(), self._usage.reported_usage(now)))

    def _count(self, now: float) -> None:
        """Counts what was computed since the last time; who computes need not look meanwhile."""
        elapsed_seconds = max(0.0, now - self._counted_until)
        self._counted_until = max(now, self._counted_until)
        for organisations in self._computing.values():
            for organisation in organisations:
                self._usage.add(organisation, elapsed_seconds, now)


sharing = Sharing(Peers(workdir))
"""This process's."""
