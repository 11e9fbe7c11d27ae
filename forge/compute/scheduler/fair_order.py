"""The next job: a pure order over the waiting parties, by their recent usage.

Workers on any machine use it on the same rows, so it is fair over all of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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
    """The number of running jobs of a party, and the time when one was begun last."""

    party: Party
    running: int
    begun: datetime


def fair_order(waiting: Iterable[Waiting], recent: Iterable[RecentJobs]) -> tuple[Waiting, ...]:
    """The parties in the order in which a worker that is free takes a job of theirs.

    First the organisation with the fewest running, then the one whose last job was begun the longest ago. In an
    organisation people before programs, and again the fewest running, the longest ago, the first who came.
    """
    running: dict[UUID | tuple[UUID, UUID | None], int] = defaultdict(int)
    begun_at: dict[UUID | tuple[UUID, UUID | None], datetime] = {}
    for each in recent:
        for who in (each.party.organisation, (each.party.organisation, each.party.member)):
            running[who] += each.running
            begun_at[who] = max(begun_at.get(who, _NEVER), each.begun)

    def key(one: Waiting) -> tuple[int, datetime, bool, int, datetime, datetime]:
        organisation, member = one.party.organisation, (one.party.organisation, one.party.member)
        return (
            running[organisation],
            begun_at.get(organisation, _NEVER),
            one.party.is_program,
            running[member],
            begun_at.get(member, _NEVER),
            one.since,
        )

    return tuple(sorted(waiting, key=key))


@dataclass(frozen=True)
class QueuedJob:
    """A job that waits."""

    job: UUID
    party: Party
    attempt: int
    created: datetime


def positions(jobs: Iterable[QueuedJob], recent: Iterable[RecentJobs], now: datetime) -> dict[UUID, int]:
    """The position of each job, from 1, if one worker took all of them one after another and none ended."""
    lines: dict[Party, list[QueuedJob]] = defaultdict(list)
    for each in sorted(jobs, key=lambda each: (each.attempt, each.created)):
        lines[each.party].append(each)
    usage = {each.party: each for each in recent}
    order: dict[UUID, int] = {}
    while lines:
        waiting = (Waiting(party, min(each.created for each in line)) for party, line in lines.items())
        party = fair_order(waiting, usage.values())[0].party
        order[lines[party].pop(0).job] = len(order) + 1
        running = usage[party].running if party in usage else 0
        usage[party] = RecentJobs(party, running + 1, now + timedelta(microseconds=len(order)))
        if not lines[party]:
            del lines[party]
    return order
