"""Whose job is next: a pure order over the parties that wait, and what each had recently.

Workers on any machine use it on the same rows, so it is fair over all of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from forge.compute.scheduler.slots import Party

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Waiting:
    """Jobs of one party that wait; `since` is when the oldest was requested."""

    party: Party
    since: datetime


@dataclass(frozen=True)
class RecentJobs:
    """How many jobs of a party run, and when one was begun last."""

    party: Party
    running: int
    begun: datetime


def fair_order(waiting: Iterable[Waiting], recent: Iterable[RecentJobs]) -> tuple[Waiting, ...]:
    """The parties in the order in which a worker that is free takes a job of theirs.

    First the organisation with the fewest running, then the one whose last job was begun the longest ago. In an
    organisation people before programs, and again the fewest running, the longest ago, the first who came.
    """
    running: dict[UUID | tuple[UUID, UUID | None], int] = defaultdict(int)
    begun: dict[UUID | tuple[UUID, UUID | None], datetime] = {}
    for each in recent:
        for who in (each.party.organisation, (each.party.organisation, each.party.member)):
            running[who] += each.running
            begun[who] = max(begun.get(who, _NEVER), each.begun)

    def key(one: Waiting) -> tuple[int, datetime, bool, int, datetime, datetime]:
        organisation, member = one.party.organisation, (one.party.organisation, one.party.member)
        return (
            running[organisation],
            begun.get(organisation, _NEVER),
            one.party.is_program,
            running[member],
            begun.get(member, _NEVER),
            one.since,
        )

    return tuple(sorted(waiting, key=key))
