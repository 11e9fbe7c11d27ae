"""The order in which jobs compute: short ones first, then the organisation that computed least recently, people before
programs.

Several want to compute, and a machine has room for few. Who computed much must let others go first in the middle of
their work (`forge.compute.pool.compiler.Compiler.run` suspends its process). So a short job never waits for the end of
a long one of somebody else. Other kinds of work have schedulers of their own on the same processor: who computed much
yields it to them (`forge.compute.scheduler.recent_usage.Sharing`). Nothing here knows what is computed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from uuid import UUID

from forge.compute.scheduler.compute_pace import ComputePace
from forge.compute.scheduler.recent_usage import RecentUsage, Sharing

LOOK_EVERY = 0.05
"""Seconds between two looks of those who wait; what somebody computed counts while they compute."""


@dataclass(frozen=True)
class Party:
    """The party on whose behalf something is computed."""

    organisation: UUID
    member: UUID | None = None
    """The person; for the previews of a text that many write together, the project."""
    is_program: bool = False
    """Whether a token asked. People of the same organisation go first."""
    agent: UUID | None = field(default=None, compare=False)
    """The agent that acts for the member; it changes nothing in the order."""


@dataclass(frozen=True)
class Claim:
    """A request to compute, with all that the order depends on. Times are in seconds."""

    party: Party
    arrival: int
    organisation_seconds: float = 0.0
    """How long its organisation computed lately."""
    member_seconds: float = 0.0
    """How long its member did."""
    is_long: bool = False
    """True if it computed for so long itself that short ones go first."""
    has_begun: bool = False
    """True if it computed before: then it holds one of the places, computing or suspended."""
    is_computing: bool = False


def may_begin(party: Party, parties: Collection[Party], slots: int, beyond: int) -> bool:
    """Returns whether a party may begin one more where `held` have begun, for a worker that takes jobs from a queue.

    While a slot is free, everyone may. Beyond the slots, where a beginner suspends another, only a party that has
    nothing here may, and the last place is for another organisation.
    """
    left = slots + beyond - len(parties)
    if left <= 0:
        return False
    if len(parties) < slots:
        return True
    return party not in parties and (left > 1 or all(one.organisation != party.organisation for one in parties))


def choose(claims: Iterable[Claim], count: int, places: int, head_start: float) -> tuple[Claim, ...]:
    """Returns the claims that compute now, at most `count`. Those that have not begun must pass `may_begin`.

    The organisations with the fewest among the chosen come first, then what is not long yet, then the organisations
    that computed least lately; in an organisation people come before programs, then the member that computed least,
    then who came first. Who computes stays before another who computed up to `head_start` seconds less: a change costs
    something too.
    """
    left = list(claims)
    begun_parties = [claim.party for claim in left if claim.has_begun]
    selection: list[Claim] = []

    def key(claim: Claim) -> tuple[int, bool, float, bool, float, int]:
        among = sum(one.party.organisation == claim.party.organisation for one in selection)
        ahead = head_start if claim.is_computing else 0.0
        organisation, member = claim.organisation_seconds - ahead, claim.member_seconds - ahead
        return (among, claim.is_long, organisation, claim.party.is_program, member, claim.arrival)

    while len(selection) < count:
        able = [
            claim for claim in left if claim.has_begun or may_begin(claim.party, begun_parties, count, places - count)
        ]
        if not able:
            break
        first = min(able, key=key)
        left.remove(first)
        selection.append(first)
        if not first.has_begun:
            begun_parties.append(first.party)
    return tuple(selection)


class Slot:
    """A claim on the processor, from `SlotScheduler.claim` to the end of the `with` block."""

    def __init__(self, scheduler: SlotScheduler, party: Party, arrival: int) -> None:
        self._scheduler = scheduler
        self.party = party
        self.arrival = arrival
        self.has_begun = self.is_computing = self.is_preparing = False
        self.computed_seconds = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._scheduler.leave(self)

    def pace(self) -> ComputePace:
        """Returns how fast to compute at this moment. Call it several times a second."""
        return self._scheduler.pace(self)

    @contextmanager
    def preparing(self) -> Iterator[None]:
        """Keeps a short job short while a process starts: others of its organisation wait for that process instead of
        starting one each."""
        self.is_preparing = True
        try:
            yield
        finally:
            self._scheduler.look()
            self.is_preparing = False

    def wait(self, is_over: Callable[[], bool]) -> bool:
        """Waits until it is time to compute, or until `is_over`; answers whether it is time."""
        return self._scheduler.wait(self, is_over)


class SlotScheduler:
    """Allocations a few computing processes among all who want to compute. Safe from any thread."""

    def __init__(
        self,
        count: int,
        *,
        places: int,
        short: float,
        half_life: float,
        head_start: float,
        sharing: Sharing | None = None,
    ) -> None:
        """`count` compute at once; up to `places` processes exist, of which the others are suspended. With `sharing`,
        other schedulers share the processor.

        A job is long once it computed for `short` seconds. What somebody computed `half_life` seconds ago counts half.
        `head_start` is explained at `choose`; it is to be longer than the time between two checks of a process that
        computes, for two that change places more often than they look would both stand still.
        """
        self._count = count
        self._places = places
        self._short = short
        self._head_start = head_start
        self._usage = RecentUsage[UUID | Party](half_life)
        self._sharing = sharing or Sharing()
        self._slots: list[Slot] = []
        self._arrivals = 0
        self._counted_until = time.monotonic()
        self._changed = threading.Condition()

    def claim(self, party: Party) -> Slot:
        """Queues a claim. The slot is a context manager, which gives its place back at the end."""
        with self._changed:
            self._arrivals += 1
            slot = Slot(self, party, self._arrivals)
            self._slots.append(slot)
            self._settle()
            return slot

    def pace(self, slot: Slot) -> ComputePace:
        """Returns how a slot computes: suspended while it is not among those who compute; yielding while others do who
        computed less."""
        with self._changed:
            self._settle()
            if not slot.is_computing:
                return ComputePace.SUSPENDED
            yields = self._sharing.is_to_yield(slot.party.organisation, self._counted_until)
            return ComputePace.YIELDING if yields else ComputePace.USUAL

    def wait(self, slot: Slot, is_over: Callable[[], bool]) -> bool:
        """Waits until it is, or until `is_over`."""
        with self._changed:
            while True:
                self._settle()
                if slot.is_computing or is_over():
                    return slot.is_computing
                self._changed.wait(LOOK_EVERY)

    def look(self) -> None:
        """Adds the time that was computed up to now."""
        with self._changed:
            self._settle()

    def leave(self, slot: Slot) -> None:
        """Gives its place to the next."""
        with self._changed:
            self._settle()
            self._slots.remove(slot)
            self._settle()

    def recent_seconds(self, organisation: UUID) -> float:
        """Seconds that an organisation computed, of which older ones count less."""
        with self._changed:
            self._settle()
            return self._usage.seconds_of(organisation, self._counted_until)

    def waiting(self, organisation: UUID) -> int:
        """Returns how many slots of an organisation have not begun."""
        with self._changed:
            return sum(not slot.has_begun and slot.party.organisation == organisation for slot in self._slots)

    def _settle(self) -> None:
        """Counts what was computed since the last look, and chooses anew."""
        now = time.monotonic()
        elapsed_seconds, self._counted_until = now - self._counted_until, now
        for slot in self._slots:
            if slot.is_computing:
                slot.computed_seconds += 0.0 if slot.is_preparing else elapsed_seconds
                self._usage.add(slot.party.organisation, elapsed_seconds, now)
                self._usage.add(slot.party, elapsed_seconds, now)
        claims = {slot.arrival: self._claim_of(slot, now) for slot in self._slots}
        selection = choose(claims.values(), self._count, self._places, self._head_start)
        computing = {claim.arrival for claim in selection}
        begins = False
        for slot in self._slots:
            was_computing, slot.is_computing = slot.is_computing, slot.arrival in computing
            slot.has_begun |= slot.is_computing
            begins |= slot.is_computing and not was_computing
        self._sharing.set_computing(self, [claim.party.organisation for claim in selection], now)
        if begins:
            # Only then: who is woken looks too, and would wake the others again, without an end.
            self._changed.notify_all()

    def _claim_of(self, slot: Slot, now: float) -> Claim:
        return Claim(
            slot.party,
            slot.arrival,
            self._usage.seconds_of(slot.party.organisation, now),
            self._usage.seconds_of(slot.party, now),
            slot.computed_seconds >= self._short,
            slot.has_begun,
            slot.is_computing,
        )
