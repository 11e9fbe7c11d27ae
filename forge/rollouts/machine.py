"""The state machine of a rollout: what is known of it in, what is to be done now out. Pure.

    running --guard failed--> stopped --go on--> running --last stage passed--> finished
       |  ^                      |                                                  |
     pause resume                +--go back--> going back --all are back--> went back
       v  |                      |                                          (a device that falls back
     paused --abort--> aborted <-+                                           reopens its stage)

Decisions follow from what is known alone, so a server that restarts comes to the same ones, and one that looks twice
does nothing twice. A caller carries them out in the transaction in which it read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from forge.rollouts.plan import RolloutPlan
from rune.assessment.guards.limits import GuardKind

HOUR: Final = timedelta(hours=1)


class RolloutState(StrEnum):
    """The state of a rollout."""

    RUNNING = "running"
    PAUSED = "paused"
    """A person holds it: no further device gets the rune."""
    STOPPED = "stopped"
    """A guard failed, or could not be judged in time: people decide."""
    GOING_BACK = "going-back"
    WENT_BACK = "went-back"
    FINISHED = "finished"
    ABORTED = "aborted"
    """A person ended it: the devices keep what they run."""


ENDED: Final = frozenset({RolloutState.WENT_BACK, RolloutState.FINISHED, RolloutState.ABORTED})


@dataclass(frozen=True)
class StageDevices:
    """The devices of a stage, each in one of these. Those that left the group are in none."""

    queued: int = 0
    """Devices that were drawn and may not switch yet."""
    on_the_way: int = 0
    """Devices that may switch and neither run it nor failed."""
    running: int = 0
    """Devices that run the rune, in shadow beside the former one, with their health confirmed."""
    failed: int = 0
    """Devices that refused the rune, or fell back."""
    away: int = 0
    """Devices that are allowed and were not seen for a while."""
    self_tests_failed: int = 0
    """Devices, counted in one of these too, whose self-test failed."""

    @property
    def count(self) -> int:
        """All devices of the stage."""
        return self.queued + self.on_the_way + self.running + self.failed + self.away

    @property
    def is_settled(self) -> bool:
        """Whether no device is on its way or waits for it. Those that are away get it when they return."""
        return not self.queued and not self.on_the_way


@dataclass(frozen=True)
class StageStatus:
    """A stage that began."""

    devices: StageDevices
    began: datetime
    settled: datetime | None = None
    """The time since when its devices run the rune; its hours count from then."""
    passed: datetime | None = None
    """The time at which its guards had passed; None before, and since a device fell back."""
    looked: datetime | None = None
    """The time of the last look at its guards."""
    failed_guards: frozenset[GuardKind] = frozenset()
    """The guards that failed at the last look, without those about which people decided."""
    judged_guards: frozenset[GuardKind] = frozenset()
    """The guards that had a verdict at the last look."""
    is_reopened: bool = False
    """True if it had passed and a device of it fell back since."""


@dataclass(frozen=True)
class RolloutStatus:
    """All that is known of a rollout."""

    state: RolloutState
    plan: RolloutPlan
    stages: tuple[StageStatus, ...] = ()
    """The stages that began."""
    members: int = 1
    """Devices of the group now."""
    is_withdrawn: bool = False
    """Whether the version was withdrawn."""
    is_waived: bool = False
    """Whether people let the present stage go on without the guards that could not be judged."""

    @property
    def stage(self) -> StageStatus | None:
        """The newest stage; None before the first."""
        return self.stages[-1] if self.stages else None


class StopReason(StrEnum):
    """The reason why a rollout stopped by itself."""

    GUARD_FAILED = "guard-failed"
    NOT_JUDGED = "not-judged"
    """A guard that must be judged had too little to go on for the longest time of the stage."""
    WITHDRAWN = "withdrawn"
    """The version was withdrawn from the registry."""
    GROUP_EMPTY = "group-empty"
    """No device is in the group any more: those that come back must not get the rune as if it had been tried."""


@dataclass(frozen=True)
class Decision:
    """Something to do now."""


@dataclass(frozen=True)
class BeginStage(Decision):
    """Draw the devices of a stage, by its number from 0."""

    number: int


@dataclass(frozen=True)
class AdmitDevices(Decision):
    """Allow so many devices of the newest stage, whose window is open, to switch."""

    count: int


@dataclass(frozen=True)
class Settle(Decision):
    """Note that the devices of a stage run the rune: its hours begin."""

    number: int


@dataclass(frozen=True)
class LookAtGuards(Decision):
    """Judge the guards of a stage, so many hours after its devices ran the rune."""

    number: int
    hour: int


@dataclass(frozen=True)
class PassStage(Decision):
    """Note that a stage passed."""

    number: int


@dataclass(frozen=True)
class ReopenStage(Decision):
    """Note that a stage that had passed is open again, because a device of it fell back."""

    number: int


@dataclass(frozen=True)
class StopRollout(Decision):
    """Stop, and ask people."""

    reason: StopReason


@dataclass(frozen=True)
class FinishRollout(Decision):
    """End it: all devices of the group get the rune from now on."""


@dataclass(frozen=True)
class EndGoingBack(Decision):
    """End it: the devices that were reached have the former rune again."""


def decide(status: RolloutStatus, now: datetime) -> tuple[Decision, ...]:
    """Returns what is to be done now, in order. Nothing while people hold a rollout, or after its end."""
    return tuple(_decisions(status, now))


def _decisions(status: RolloutStatus, now: datetime) -> Iterator[Decision]:
    match status.state:
        case RolloutState.RUNNING | RolloutState.FINISHED if _reopened(status):
            yield from _reopened(status)
        case RolloutState.GOING_BACK:
            if all(each.devices.is_settled for each in status.stages):
                yield EndGoingBack()
        case RolloutState.RUNNING:
            yield from _running(status, now)
        case _:
            return


def _reopened(status: RolloutStatus) -> tuple[ReopenStage, ...]:
    return tuple(ReopenStage(number) for number, each in enumerate(status.stages) if each.is_reopened)


def _running(status: RolloutStatus, now: datetime) -> Iterator[Decision]:
    stage = status.stage
    if status.is_withdrawn:
        yield StopRollout(StopReason.WITHDRAWN)
        return
    if any(each.failed_guards for each in status.stages):
        yield StopRollout(StopReason.GUARD_FAILED)
        return
    if not status.members and not status.is_waived:
        yield StopRollout(StopReason.GROUP_EMPTY)
        return
    if stage is None:
        yield BeginStage(0)
        return
    yield from _admitted(status, stage)
    for number, each in enumerate(status.stages):
        if each.settled is None and each.devices.is_settled:
            yield Settle(number)
    looks = [look for number, each in enumerate(status.stages) if (look := due_look(number, each, now)) is not None]
    yield from looks
    if not looks:
        # This look decides, and not the one before.
        yield from _at_end(status, now)


def _admitted(status: RolloutStatus, stage: StageStatus) -> Iterator[Decision]:
    devices = stage.devices
    room = devices.queued if status.plan.at_once is None else max(0, status.plan.at_once - devices.on_the_way)
    if count := min(room, devices.queued):
        yield AdmitDevices(count)


def due_look(number: int, stage: StageStatus, now: datetime) -> LookAtGuards | None:
    """Returns the look at a stage that is due: one when its devices run the rune, and one each hour from then on, until
    it passed. One that was missed is not made up for."""
    if stage.settled is None or stage.passed is not None:
        return None
    hour = int((now - stage.settled) / HOUR)
    last = -1 if stage.looked is None else int((stage.looked - stage.settled) / HOUR)
    return LookAtGuards(number, hour) if hour > last else None


def _at_end(status: RolloutStatus, now: datetime) -> Iterator[Decision]:
    """Yields the decisions once stages had their hours. A stage that is open again passes as it did at first."""
    ends = [_end_of(number, each, status, now) for number, each in enumerate(status.stages)]
    yield from (end for end in ends if end is not None)
    if any(each.passed is None for each in status.stages):
        return
    yield BeginStage(len(status.stages)) if len(status.stages) < len(status.plan.stages) else FinishRollout()


def _end_of(number: int, stage: StageStatus, status: RolloutStatus, now: datetime) -> Decision | None:
    planned = status.plan.stages[number]
    if stage.settled is None or stage.passed is not None or now - stage.settled < planned.hours * HOUR:
        return None
    if stage.looked is None:
        return None
    if not planned.must_judge - stage.judged_guards or status.is_waived:
        return PassStage(number)
    return StopRollout(StopReason.NOT_JUDGED) if now - stage.settled >= planned.longest * HOUR else None
