"""Whose turn it is to compute: short jobs, then the organisation that computed least lately, people before programs.

Several want to compute, and a machine has room for few. Who computed much must let others go first in the middle of
their work (`forge.compute.pool.compiler.Compiler.run` suspends its process). So a short job never waits for the end of
a long one of somebody else. Other kinds of work have turns of their own on the same processor: who computed much yields
it to them (`forge.compute.scheduler.recent_usage.Sharing`). Nothing here knows what is computed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from uuid import UUID

from forge.compute.scheduler.pace import Pace
from forge.compute.scheduler.recent_usage import Served, Sharing

LOOK_EVERY = 0.05
"""Seconds between two looks of those who wait; what somebody computed counts while they compute."""


@dataclass(frozen=True)
class Party:
    """On whose behalf something is computed."""

    organisation: UUID
    member: UUID | None = None
    """The person; for the previews of a text that many write together, the project."""
    is_program: bool = False
    """Whether a token asked. People of the same organisation go first."""


@dataclass(frozen=True)
class Claim:
    """One who wants to compute, with all that the order depends on. Times are in seconds."""

    party: Party
    arrival: int
    organisation_served: float = 0.0
    """How long its organisation computed lately."""
    member_served: float = 0.0
    """How long its member did."""
    is_long: bool = False
    """Whether it computed for so long itself that short ones go first."""
    has_begun: bool = False
    """Whether it computed before: then it holds one of the places, computing or suspended."""
    is_computing: bool = False


def may_begin(party: Party, held: Collection[Party], slots: int, beyond: int) -> bool:
    """Whether one more of this party's may begin where `held` have begun: for who takes work from a queue.

    While a slot is free, everyone may. Beyond the slots, where a beginner suspends another, only a party that has
    nothing here may, and the last place is for another organisation.
    """
    left = slots + beyond - len(held)
    if left <= 0:
        return False
    if len(held) < slots:
        return True
    return party not in held and (left > 1 or all(one.organisation != party.organisation for one in held))


def choose(claims: Iterable[Claim], count: int, places: int, head_start: float) -> tuple[Claim, ...]:
    """Those who compute now, `count` at most. Of those that have not begun, only whoever `may_begin` is among them.

    The organisations with the fewest among the chosen come first, then what is not long yet, then the organisations
    that computed least lately; in an organisation people come before programs, then the member that computed least,
    then who came first. Who computes stays before another who computed up to `head_start` seconds less: a change costs
    something too.
    """
    left = list(claims)
    begun = [claim.party for claim in left if claim.has_begun]
    found: list[Claim] = []

    def key(claim: Claim) -> tuple[int, bool, float, bool, float, int]:
        among = sum(one.party.organisation == claim.party.organisation for one in found)
        ahead = head_start if claim.is_computing else 0.0
        organisation, member = claim.organisation_served - ahead, claim.member_served - ahead
        return (among, claim.is_long, organisation, claim.party.is_program, member, claim.arrival)

    while len(found) < count:
        able = [claim for claim in left if claim.has_begun or may_begin(claim.party, begun, count, places - count)]
        if not able:
            break
        first = min(able, key=key)
        left.remove(first)
        found.append(first)
        if not first.has_begun:
            begun.append(first.party)
    return tuple(found)


class Turn:
    """One claim on the processor, from `Turns.claim` to the end of the `with`."""

    def __init__(self, turns: Turns, party: Party, arrival: int) -> None:
        self._turns = turns
        self.party = party
        self.arrival = arrival
        self.has_begun = self.is_computing = self.is_preparing = False
        self.computed = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._turns.leave(self)

    def pace(self) -> Pace:
        """How fast to compute at this moment; to be asked several times a second."""
        return self._turns.pace(self)

    @contextmanager
    def preparing(self) -> Iterator[None]:
        """While a process starts, a short job does not become a long one: others of its organisation wait for that
        process instead of starting one each."""
        self.is_preparing = True
        try:
            yield
        finally:
            self._turns.look()
            self.is_preparing = False

    def wait(self, is_over: Callable[[], bool]) -> bool:
        """Waits until it is time to compute, or until `is_over`; answers whether it is time."""
        return self._turns.wait(self, is_over)


class Turns:
    """Shares a few computing processes among all who want to compute. Safe from any thread."""

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
        other turns are on the same processor.

        A turn is long once it computed for `short` seconds. What somebody computed `half_life` seconds ago counts half.
        `head_start` is explained at `choose`; it is to be longer than the time between two looks of whoever computes,
        for two that change places more often than they look would both stand still.
        """
        self._count = count
        self._places = places
        self._short = short
        self._head_start = head_start
        self._served = Served[UUID | Party](half_life)
        self._sharing = sharing or Sharing()
        self._turns: list[Turn] = []
        self._arrivals = 0
        self._counted = time.monotonic()
        self._changed = threading.Condition()

    def claim(self, party: Party) -> Turn:
        """Lines up. The turn is to be used as a context manager, and gives its place back at the end."""
        with self._changed:
            self._arrivals += 1
            turn = Turn(self, party, self._arrivals)
            self._turns.append(turn)
            self._settle()
            return turn

    def pace(self, turn: Turn) -> Pace:
        """Suspended while it is not among those who compute; yielding while others do who computed less."""
        with self._changed:
            self._settle()
            if not turn.is_computing:
                return Pace.SUSPENDED
            yields = self._sharing.is_to_yield(turn.party.organisation, self._counted)
            return Pace.YIELDING if yields else Pace.USUAL

    def wait(self, turn: Turn, is_over: Callable[[], bool]) -> bool:
        """Waits until it is, or until `is_over`."""
        with self._changed:
            while True:
                self._settle()
                if turn.is_computing or is_over():
                    return turn.is_computing
                self._changed.wait(LOOK_EVERY)

    def look(self) -> None:
        """Counts what was computed up to now."""
        with self._changed:
            self._settle()

    def leave(self, turn: Turn) -> None:
        """Gives its place to the next."""
        with self._changed:
            self._settle()
            self._turns.remove(turn)
            self._settle()

    def served_lately(self, organisation: UUID) -> float:
        """Seconds that an organisation computed, of which older ones count less."""
        with self._changed:
            self._settle()
            return self._served.lately(organisation, self._counted)

    def waiting(self, organisation: UUID) -> int:
        """How many turns of an organisation have not begun."""
        with self._changed:
            return sum(not turn.has_begun and turn.party.organisation == organisation for turn in self._turns)

    def _settle(self) -> None:
        """Counts what was computed since the last look, and chooses anew."""
        now = time.monotonic()
        elapsed, self._counted = now - self._counted, now
        for turn in self._turns:
            if turn.is_computing:
                turn.computed += 0.0 if turn.is_preparing else elapsed
                self._served.add(turn.party.organisation, elapsed, now)
                self._served.add(turn.party, elapsed, now)
        claims = {turn.arrival: self._claim_of(turn, now) for turn in self._turns}
        chosen = choose(claims.values(), self._count, self._places, self._head_start)
        computing = {claim.arrival for claim in chosen}
        begins = False
        for turn in self._turns:
            was_computing, turn.is_computing = turn.is_computing, turn.arrival in computing
            turn.has_begun |= turn.is_computing
            begins |= turn.is_computing and not was_computing
        self._sharing.set_computing(self, [claim.party.organisation for claim in chosen], now)
        if begins:
            # Only then: who is woken looks too, and would wake the others again, without an end.
            self._changed.notify_all()

    def _claim_of(self, turn: Turn, now: float) -> Claim:
        return Claim(
            turn.party,
            turn.arrival,
            self._served.lately(turn.party.organisation, now),
            self._served.lately(turn.party, now),
            turn.computed >= self._short,
            turn.has_begun,
            turn.is_computing,
        )
