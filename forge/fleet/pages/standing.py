"""The standing of a device for pages: whether it is there, what it runs beside what is wanted, and why not yet.

It reads the row of a device with its assignment, and no other table.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from forge.fleet.devices.models import Device
from forge.fleet.devices.releases import release_of
from forge.fleet.pages.sentences import SELF_TESTS, ProblemText, problem_text
from forge.fleet.queries.health import AWAY_AFTER
from hmrd.protocol.reports import Phase, SelfTestOutcome

_MISSED_POLLS = 3
_LEAST_ONLINE = timedelta(minutes=5)
"""The time of a poll is written with a delay, and one poll may be lost."""


@dataclass(frozen=True)
class StandingTag:
    """A short state with its colour and icon."""

    text: str
    colour: str
    icon: str


# The front end's build finds the icons that it must draw by `icon="…"`.
RETIRED = StandingTag("Retired", "", icon="archive")
LOCKED_OUT = StandingTag("Locked out", "bad", icon="lock")
NEVER_SEEN = StandingTag("Not seen yet", "", icon="wifi-off")
AWAY = StandingTag("Away", "warn", icon="wifi-off")
ONLINE = StandingTag("Online", "ok", icon="check")
SEEN_TODAY = StandingTag("Seen today", "", icon="clock")

_TEXT_CLASSES = {"ok": "good", "warn": "worse", "bad": "wrong"}
"""The class of a text in the colour of a tag."""


@dataclass(frozen=True)
class WantedState:
    """The version that is wanted of a device beside what it runs.

    `state` is short, for a list: "as wanted", "fetching". `reason` says in sentences why the device does not run it.
    """

    version: str
    state: str
    colour: str
    reason: str
    is_met: bool

    @property
    def text_class(self) -> str:
        """The class of the state as a text."""
        return _TEXT_CLASSES.get(self.colour, "")


@dataclass(frozen=True)
class SelfTestTag:
    """The outcome of the last self-test: the outcome, what it was compared with, and its look."""

    outcome: str
    compared: str
    text_class: str
    icon: str


TEST_RESULTS = {
    SelfTestOutcome.PASSED: SelfTestTag(*SELF_TESTS[SelfTestOutcome.PASSED], "good", icon="check"),
    SelfTestOutcome.FAILED: SelfTestTag(*SELF_TESTS[SelfTestOutcome.FAILED], "wrong", icon="circle-x"),
    SelfTestOutcome.NOT_VERIFIED: SelfTestTag(*SELF_TESTS[SelfTestOutcome.NOT_VERIFIED], "", icon="minus"),
}


@dataclass(frozen=True)
class DeviceStanding:
    """The standing of a device: whether it is there, well and as wanted."""

    tag: StandingTag
    is_away: bool
    problem: ProblemText | None
    target: WantedState
    test: SelfTestTag | None


def standing_of(device: Device, now: datetime) -> DeviceStanding:
    """Returns how a device is doing. Its assignment was fetched with it."""
    problem = problem_text(device.problem)
    is_away = device.seen is None or now - device.seen >= AWAY_AFTER
    return DeviceStanding(
        tag=_tag(device, now, is_away=is_away),
        is_away=is_away,
        problem=problem,
        target=_target(device, problem, is_away=is_away),
        test=TEST_RESULTS[SelfTestOutcome(device.self_test)] if device.self_test else None,
    )


def _tag(device: Device, now: datetime, *, is_away: bool) -> StandingTag:
    if device.retired is not None:
        return RETIRED
    if device.locked_out is not None:
        return LOCKED_OUT
    if device.seen is None:
        return NEVER_SEEN
    if is_away:
        return AWAY
    poll = timedelta(seconds=settings.DEVICE_POLL_SECONDS)
    return ONLINE if now - device.seen < max(_LEAST_ONLINE, _MISSED_POLLS * poll) else SEEN_TODAY


def _target(device: Device, problem: ProblemText | None, *, is_away: bool) -> WantedState:
    assignment = device.assignment
    if device.retired is not None:
        return WantedState("", "retired", "", "The device was retired. Nothing is wanted of it.", is_met=True)
    if assignment is None:
        reason = "No deployment is for this device. Bind a deployment to a group that it is in."
        return WantedState("", "no deployment", "", reason, is_met=True)
    release = release_of(device)
    if release is None:
        reason = "The device keeps what it runs. An earlier rollout ended before the others had it too."
        return WantedState(device.running_version, "kept", "", reason, is_met=True)
    if not release.rune:
        reason = f"{release.version} was withdrawn. The device keeps what it runs until another version is set."
        return WantedState(release.version, "withdrawn", "warn", reason, is_met=True)
    if device.running_rune == release.rune:
        return WantedState(release.version, "as wanted", "", "The device runs what is wanted.", is_met=True)
    state, colour, reason = _obstacle(device, release.version, problem, is_away=is_away)
    return WantedState(release.version, state, colour, reason, is_met=False)


def _obstacle(device: Device, version: str, problem: ProblemText | None, *, is_away: bool) -> tuple[str, str, str]:
    """Returns why a device does not run the wanted version yet: short, its colour, and in sentences."""
    if device.locked_out is not None:
        return "locked out", "bad", f"The device is locked out. It gets {version} after you let it in again."
    if problem is not None:
        return problem.title.lower(), "bad", f"{problem.happened} {problem.advice}"
    if is_away:
        return "waits, device is away", "warn", f"The device is away. It gets {version} when it comes back."
    match device.phase:
        case Phase.FETCHING:
            return "fetching", "", f"The device is downloading {version}."
        case Phase.CHECKING:
            return "checking", "", f"The device checks the signatures of {version} and runs its self-test."
        case Phase.TRYING:
            return "trying", "", f"{version} answers on the device. Its health is not confirmed yet."
    return "on its way", "", f"The device gets {version} with its next poll."
