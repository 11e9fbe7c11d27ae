"""Judges rollouts by the journal of the database and by what devices saw. It shares no code with the product."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from tests.support.rollouts.journal import JournalEntry, JournalTransaction
from tests.support.rollouts.observations import Observation, ReportedRune, RequestedRelease, StartedRune

SLACK: Final = 0.5
"""Seconds from the time of a commit until all processes see it, at most."""
NEVER: Final = float("inf")
_STORY_SIZE: Final = 12
"""Events of a device that are written beside what was wrong."""
_NEXT_STATES: Final[Mapping[str, Collection[str]]] = {
    "running": {"paused", "stopped", "going-back", "aborted", "finished"},
    "paused": {"running", "going-back", "aborted"},
    "stopped": {"running", "going-back", "aborted"},
    "aborted": {"going-back"},
    "finished": {"running", "going-back"},
    "going-back": {"went-back"},
    "went-back": set(),
}


@dataclass(frozen=True)
class GroupMembers:
    """A deployment, and the devices of its group, which do not change."""

    path: str
    deployment: str
    """The id."""
    devices: frozenset[str]


@dataclass
class StateSpan:
    """The time for which a rollout is in a state."""

    state: str
    begin: float
    end: float = NEVER

    def overlaps(self, begin: float, end: float) -> bool:
        """Returns whether it was so at some moment between two."""
        return self.begin <= end and begin <= self.end + SLACK


@dataclass
class TrackedRollout:
    """A rollout as the journal has it until now."""

    group: GroupMembers
    number: int
    former: int
    plan: Mapping[str, Any]
    pk: UUID
    spans: list[StateSpan]
    passed: dict[int, bool] = field(default_factory=dict)
    """The stages that began, and whether each passed."""
    stages: dict[str, int | None] = field(default_factory=dict)
    """The stage of each devices device; None of one that is compared with."""
    admitted: dict[str, float] = field(default_factory=dict)
    """The time at which each device was allowed the release."""

    @property
    def state(self) -> str:
        """The state now."""
        return self.spans[-1].state

    def allows(self, device: str, begin: float, end: float) -> bool:
        """Returns whether a device might begin to run the release at some moment between two."""
        admitted = self.admitted.get(device, NEVER)
        return any(
            each.state == "finished" or (each.state == "running" and max(admitted, each.begin) <= end)
            for each in self.spans
            if each.overlaps(begin, end)
        )

    def keeps(self, device: str, begin: float, end: float) -> bool:
        """Returns whether a device had to keep the former release at some moment between two."""
        if begin <= self.spans[0].begin + SLACK:
            return True
        admitted = self.admitted.get(device, NEVER)
        return any(
            each.state not in ("finished", "running") or (each.state == "running" and begin <= admitted + SLACK)
            for each in self.spans
            if each.overlaps(begin, end)
        )

    @property
    def went_back(self) -> float:
        """The time from which on devices go back."""
        return next((each.begin for each in self.spans if each.state == "going-back"), NEVER)


class RolloutOracle:
    """Follows the journal, and says what was wrong in it and in what devices saw."""

    def __init__(self, groups: Sequence[GroupMembers], first: Mapping[str, int]) -> None:
        """`first` are the releases that the devices of each deployment ran before, by the id of the deployment."""
        self._groups = {each.deployment: each for each in groups}
        self._first = first
        self._releases: dict[str, tuple[str, int, str]] = {}
        self.rollouts: dict[str, TrackedRollout] = {}
        self.violations: list[str] = []

    def follow(self, transactions: Sequence[JournalTransaction]) -> None:
        """Takes committed transactions in their order."""
        for transaction in transactions:
            self.violations += self._after(transaction)

    def _after(self, transaction: JournalTransaction) -> Iterator[str]:
        before = {pk: each.state for pk, each in self.rollouts.items()}
        for entry in transaction.entries:
            yield from self._apply(entry, transaction.committed, before)
        # A device is judged by all of the transaction: nobody sees an order within it.
        for entry in transaction.entries:
            row = entry.row
            if entry.place == "fleet_device" and row["rollout_role"] in ("new", "shadow"):
                rollout = self.rollouts.get(row["rollout"] or "")
                if rollout is None or row["id"] not in rollout.admitted or rollout.state != "running":
                    yield f"device {row['id']} has the part {row['rollout_role']} and no admission"
            if entry.place == "fleet_device" and row["rollout_role"] == "keeps":
                rollout = self.rollouts.get(row["rollout"] or "")
                if rollout is None or row["id"] not in rollout.admitted or rollout.state == "running":
                    yield f"device {row['id']} keeps what it was not allowed"

    def _apply(self, entry: JournalEntry, now: float, before: Mapping[str, str]) -> Iterator[str]:
        row = entry.row
        match entry.place:
            case "deployments_release":
                self._releases[row["id"]] = (row["deployment_id"], row["number"], row["rune"])
            case "rollouts_rollout":
                yield from self._state(row, now)
            case "rollouts_rolloutstage":
                rollout = self.rollouts[row["rollout_id"]]
                if row["number"] not in rollout.passed:
                    yield from self._stage(rollout, row["number"])
                rollout.passed[row["number"]] = row["passed"] is not None
            case "rollouts_rolloutdevice":
                rollout = self.rollouts[row["rollout_id"]]
                yield from _device(rollout, row, now, before.get(row["rollout_id"], ""))

    def _state(self, row: Mapping[str, Any], now: float) -> Iterator[str]:
        rollout = self.rollouts.get(row["id"])
        if rollout is None:
            (deployment, number, _), (_, former, _) = (self._releases[row[f"{each}_id"]] for each in _RELEASES)
            group, span = self._groups[deployment], StateSpan(row["state"], now)
            self.rollouts[row["id"]] = TrackedRollout(group, number, former, row["plan_json"], UUID(row["id"]), [span])
        elif rollout.state != row["state"]:
            if row["state"] not in _NEXT_STATES[rollout.state]:
                yield f"a rollout that is {rollout.state} became {row['state']}"
            rollout.spans[-1].end = now
            rollout.spans.append(StateSpan(row["state"], now))

    def _stage(self, rollout: TrackedRollout, number: int) -> Iterator[str]:
        if rollout.state != "running":
            yield f"stage {number} began in a rollout that is {rollout.state}"
        if number != len(rollout.passed) or not all(rollout.passed.values()):
            yield f"stage {number} began after the stages {rollout.passed}"
        devices = {device for device, stage in rollout.stages.items() if stage is not None}
        if devices != set(_draw(rollout.pk, rollout.group.devices, rollout.plan["stages"][number])):
            yield f"stage {number} has other devices than its draw"

    def judge(self, events: Sequence[Observation]) -> None:
        """Judges what devices saw, in the order of each device."""
        requests: dict[str, RequestedRelease] = {}
        stories: dict[str, list[Observation]] = {}
        for event in events:
            story = stories.setdefault(event.device, [])
            wrong: str | None = None
            match event:
                case RequestedRelease():
                    requests[event.device] = event
                    wrong = self._wrong_ask(event, _known(story, event.begin))
                case StartedRune():
                    wrong = self._wrong_start(event, requests.get(event.device))
            if wrong is not None:
                self.violations.append("\n  ".join([wrong, *map(str, story[-_STORY_SIZE:])]))
            story.append(event)

    def _wrong_ask(self, ask: RequestedRelease, known_releases: Collection[int]) -> str | None:
        """Says what is wrong with a release that the server named to a device, of which it may know that it runs one of
        `known_releases`."""
        group = next((each for each in self._groups.values() if each.path == ask.deployment), None)
        if group is None or ask.device not in group.devices:
            return f"{ask.device} was asked for a release of {ask.deployment}, which is not for it"
        if (group.deployment, ask.number, ask.rune) not in self._releases.values():
            return f"{ask.device} was asked for release {ask.number}, which is not of this rune"
        # One that says that it runs it keeps it.
        if ask.number in known_releases or self._may_begin(group, ask):
            return None
        return f"{ask.device} was asked for release {ask.number} at {ask.end}, which it was not allowed"

    def _may_begin(self, group: GroupMembers, ask: RequestedRelease) -> bool:
        times = (ask.begin, ask.end)
        rollouts = [each for each in self.rollouts.values() if each.group is group]
        if not rollouts:
            return ask.number == self._first[group.deployment]
        for rollout in rollouts:
            if ask.number == rollout.number and rollout.allows(ask.device, *times):
                return True
            if ask.number == rollout.former and rollout.keeps(ask.device, *times):
                return True
            if ask.number > rollout.number and rollout.went_back <= ask.end:
                return self._rune(group, ask.number) == self._rune(group, rollout.former)
        return False

    def _rune(self, group: GroupMembers, number: int) -> str:
        return next(rune for of, each, rune in self._releases.values() if (of, each) == (group.deployment, number))

    def _wrong_start(self, start: StartedRune, ask: RequestedRelease | None) -> str | None:
        """Says what is wrong with a rune that a device began to run."""
        if start.is_fallback:
            former_runes = {
                self._rune(each.group, each.former)
                for each in self.rollouts.values()
                if each.group.path == start.deployment
            }
            return None if start.rune in former_runes else f"{start.device} fell back to {start.rune}"
        if ask is None or (ask.deployment, ask.number, ask.rune) != (start.deployment, start.number, start.rune):
            return f"{start.device} ran release {start.number} of {start.deployment}, and was releases last for {ask}"
        return None


def _known(story: Sequence[Observation], moment: float) -> Collection[int]:
    """Returns the releases of which a server may know that a device runs them: by the last report that it acknowledged
    before the device polled, and by those that the device sent from then on, whose answers may be lost."""
    reports = [each for each in story if isinstance(each, ReportedRune)]
    last = max((each.at for each in reports if each.is_acknowledged and each.at <= moment), default=0.0)
    return {each.number for each in reports if each.at >= last}


_RELEASES: Final = ("release", "former")


def _device(rollout: TrackedRollout, row: Mapping[str, Any], now: float, before: str) -> Iterator[str]:
    device, stage = row["device_id"], row["stage"]
    if device not in rollout.group.devices:
        yield f"device {device} was devices and is not in the group"
    rollout.stages[device] = stage
    if row["admitted"] is None:
        rollout.admitted.pop(device, None)
        return
    if device in rollout.admitted:
        return
    rollout.admitted[device] = now
    if before != "running" or rollout.state != "running":
        yield f"device {device} was allowed the release by a rollout that was {before} and is {rollout.state}"
    if stage is None or stage != len(rollout.passed) - 1:
        yield f"device {device} of stage {stage} was allowed the release in stage {len(rollout.passed) - 1}"


def _draw(rollout: UUID, devices: Collection[str], stage: Mapping[str, Any]) -> Sequence[str]:
    """Returns the devices that shall have the release with a stage: the first by a digest of both ids."""
    order = sorted(devices, key=lambda each: hashlib.sha256(rollout.bytes + UUID(each).bytes).digest())
    sizes = {"all": len(order), "count": stage["amount"], "share": max(1, round(stage["amount"] * len(order)))}
    return order[: int(sizes[stage["size"]])]
