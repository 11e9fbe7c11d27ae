"""Sentences about what the devices of a rollout do meanwhile, with counts, and how many went back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import pi

from django.conf import settings
from django.db.models import Count

from forge.fleet.periodic.retention import REPORTS_MAX_AGE
from forge.rollouts.access import has_installed
from forge.rollouts.machine import RolloutState
from forge.rollouts.pages.facts import RolloutFacts, former_devices
from forge.rollouts.pages.words import duration_text
from forge.rollouts.work.status import away_after, devices_of, failed, last_contact, runs_former, unseen_for
from rune.wording import counted

RADIUS = 80.0
"""The radius of the ring, in units of its drawing."""


# The front end's build finds the icons that it must draw by `icon="…"`; these two are drawn elsewhere too.
_RUNS, _RESTS = "rocket", "pause"


@dataclass(frozen=True)
class DeviceSentence:
    """Something that devices do: its first words are strong."""

    head: str
    rest: str
    icon: str


@dataclass(frozen=True)
class GoingBack:
    """The devices that shall go back, by how far they are."""

    count: int
    back: int
    pending: int
    """The devices that do it with their next check-in."""
    away: int
    failed: int

    @property
    def length(self) -> float:
        """The length of the ring's part that is back, of `circumference`."""
        return round(self.circumference * self.back / self.count, 1) if self.count else 0.0

    @property
    def circumference(self) -> float:
        """The length of the whole ring."""
        return round(2 * pi * RADIUS, 1)


def going_back(facts: RolloutFacts) -> GoingBack | None:
    """Returns how many devices are back, of a rollout that people had go back; None of another one."""
    if facts.state not in (RolloutState.GOING_BACK, RolloutState.WENT_BACK):
        return None
    is_back = runs_former(facts.rollout)
    has_failed = ~is_back & failed(facts.rollout) if facts.state is RolloutState.GOING_BACK else None
    is_away = ~is_back & unseen_for(away_after(), last_contact(facts.rollout, facts.now))
    rows = devices_of(facts.rollout).exclude(admitted=None).order_by()
    if has_failed is not None:
        is_away &= ~failed(facts.rollout)
    counts = rows.aggregate(
        count=Count("pk"),
        back=Count("pk", is_back),
        away=Count("pk", is_away),
        **({"failed": Count("pk", has_failed)} if has_failed is not None else {}),
    )
    failures = counts.get("failed", 0)
    return GoingBack(
        counts["count"],
        counts["back"],
        counts["count"] - counts["back"] - counts["away"] - failures,
        counts["away"],
        failures,
    )


def poll_text() -> str:
    """Returns the time within which a device that is there asks the server, for people."""
    seconds = int(settings.DEVICE_POLL_SECONDS)
    return counted(seconds, "second") if seconds < 60 else duration_text(timedelta(seconds=seconds))


def headline(facts: RolloutFacts) -> str:
    """Returns the one sentence that says where the rollout is."""
    new, former = facts.rollout.release.version, facts.rollout.former.version
    runs = f"{facts.running} of {counted(facts.group, 'device')} run{'s' if facts.running == 1 else ''} {new}"
    if facts.is_in_shadow:
        runs = f"{runs} in shadow, beside {former}, which answers"
    match facts.state:
        case RolloutState.RUNNING if not facts.stages:
            return "The first stage begins within a minute."
        case RolloutState.RUNNING:
            return f"{runs}. {_next_step(facts)}"
        case RolloutState.PAUSED:
            return f"{runs}; no other device gets it until someone resumes the rollout."
        case RolloutState.STOPPED:
            return f"{runs}; no other device gets it until someone decides."
        case RolloutState.GOING_BACK if facts.is_in_shadow:
            return f"{new} stops running in shadow. {former} answers on all devices, as before."
        case RolloutState.WENT_BACK if facts.is_in_shadow:
            return f"{former} answers on all devices, as before. {new} never answered."
        case RolloutState.GOING_BACK:
            return f"Devices that run {new} switch back to {former}."
        case RolloutState.WENT_BACK:
            return f"The devices that were reached run {former} again. Those that are away get it when they return."
        case RolloutState.FINISHED:
            return _finished(facts)
        case RolloutState.ABORTED:
            return f"Devices keep what they run: {runs}. No other device gets it until another version is set."


def device_sentences(facts: RolloutFacts) -> Sequence[DeviceSentence]:
    """Returns what devices do now."""
    return tuple(_sentences(facts))


def _sentences(facts: RolloutFacts) -> Iterator[DeviceSentence]:
    rollout, stayed = facts.rollout, former_devices(facts)
    new, former = rollout.release.version, rollout.former.version
    if facts.state in (RolloutState.GOING_BACK, RolloutState.WENT_BACK):
        rest = (
            f"{former} ran all along." if facts.is_in_shadow else f"each device switches to the {former} that it holds."
        )
        yield DeviceSentence("Nothing is downloaded:", rest, icon="undo-2")
        return
    if facts.is_in_shadow:
        yield DeviceSentence(
            f"{facts.running} run{'s' if facts.running == 1 else ''} {new} in shadow",
            f"and count{'s' if facts.running == 1 else ''} where it disagrees with {former}.",
            icon="eye",
        )
    elif facts.running:
        yield DeviceSentence(
            f"{facts.running} run{'s' if facts.running == 1 else ''} {new}",
            f"and answer{'s' if facts.running == 1 else ''}. {former} is in the second slot.",
            icon=_RUNS if facts.state is RolloutState.RUNNING else _RESTS,
        )
    if facts.failed:
        failure = f"could not run {new} in shadow." if facts.is_in_shadow else f"could not install or keep {new}"
        rest = "" if facts.is_in_shadow else f"and run{'s' if facts.failed == 1 else ''} the former version."
        yield DeviceSentence(f"{facts.failed} {failure}", rest, icon="triangle-exclamation-point")
    if facts.is_in_shadow:
        yield DeviceSentence(f"{former} answers", f"on all {counted(facts.group, 'device')}.", icon="check")
    elif facts.state is not RolloutState.FINISHED:
        yield DeviceSentence(f"{stayed} keep{'s' if stayed == 1 else ''} {former}.", "", icon="check")
    if facts.away:
        goes_on = facts.state in (RolloutState.RUNNING, RolloutState.FINISHED)
        then = f"and get {new} with their next contact." if goes_on else f"and keep {former} when they return."
        yield DeviceSentence(f"{facts.away} {_are(facts.away)} away", then, icon="wifi-off")
    if facts.state in (RolloutState.PAUSED, RolloutState.STOPPED):
        yield DeviceSentence(f"{new} goes nowhere else", "until someone decides.", icon="hand")
    if facts.state is not RolloutState.ABORTED and facts.running and not facts.is_in_shadow:
        yield DeviceSentence(
            "Going back takes one check-in,",
            f"at most {poll_text()}. {facts.online} of the {facts.running} {_are(facts.online)} online.",
            icon="undo-2",
        )


def _next_step(facts: RolloutFacts) -> str:
    stage = facts.stages[-1]
    if stage.row.settled is None:
        return f"The hours of this stage count once its {counted(stage.devices.count, 'device')} run it."
    is_last = len(facts.stages) == len(facts.plan.stages)
    step = "The rollout finishes" if is_last else "The next stage begins"
    rest = stage.row.settled + timedelta(hours=stage.planned.hours) - facts.now
    if rest > timedelta(0):
        return f"{step} in {duration_text(rest)}, unless a guard fails."
    if stage.planned.must_judge:
        return f"{step} once the guards that must be judged have a verdict."
    return f"{step} with the next look, unless a guard fails."


def _finished(facts: RolloutFacts) -> str:
    rollout = facts.rollout
    new, group = rollout.release.version, rollout.group
    if not facts.admitted:
        return f"It finished at once: {group} had no device."
    if rollout.started > facts.now - REPORTS_MAX_AGE and not has_installed(rollout):
        return f"It finished at once, because all devices had {new} already."
    return f"All devices of {group} get {new}: {facts.running} of {counted(facts.group, 'device')} run it."


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
