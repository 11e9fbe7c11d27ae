"""The stages of a rollout as cards, those to come among them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from forge.rollouts.machine import ENDED, RolloutState, StageDevices
from forge.rollouts.pages.facts import RolloutFacts, StageFacts
from forge.rollouts.pages.words import RolloutTag, duration_text, stage_title
from forge.rollouts.plan import OF_SHADOW, PlannedStage
from forge.rollouts.sentences import NAMES, lack_text
from rune.assessment.guards.limits import GuardKind
from rune.assessment.guards.verdicts import GuardResult, GuardVerdict, worst_of
from rune.wording import counted

# The front end's build finds the icons that it must draw by `icon="…"`.
_PASSED = RolloutTag("Passed", "ok", icon="check")
_DONE = RolloutTag("Done", "", icon="check")
_STOPPED = RolloutTag("Stopped", "bad", icon="octagon-x")
_PAUSED = RolloutTag("Paused", "warn", icon="pause")
_PRESENT = RolloutTag("Now", "info", icon="rocket")
_REOPENED = RolloutTag("Open again", "warn", icon="rotate-ccw")
_BACK = RolloutTag("Taken back", "", icon="undo-2")
_LEFT = RolloutTag("Ended", "", icon="circle-x")


@dataclass(frozen=True)
class StageCard:
    """A stage as a card. `look` is "done", "stop", "now" or "later"."""

    title: str
    mark: RolloutTag | None
    """The outcome; None if the stage has not begun."""
    devices: str
    detail: str
    look: str


def stage_cards(facts: RolloutFacts) -> tuple[StageCard, ...]:
    """Returns a card for each stage of the plan."""
    return tuple(
        _begun(facts, facts.stages[number], is_last=number == len(facts.stages) - 1)
        if number < len(facts.stages)
        else _later(planned, facts.group)
        for number, planned in enumerate(facts.plan.stages)
    )


def guard_results(facts: RolloutFacts, stage: StageFacts) -> tuple[GuardResult, ...]:
    """Returns the worst result of each guard that judges a stage, at its newest look. A shadow has other guards."""
    kinds = dict.fromkeys(each.kind for each in stage.results)
    worst = (worst_of(tuple(each for each in stage.results if each.kind is kind)) for kind in kinds)
    return tuple(
        each
        for each in worst
        if each is not None
        and (each.kind in OF_SHADOW if stage.planned.is_shadow else each.kind is not GuardKind.DISAGREEMENT)
    )


def _later(planned: PlannedStage, group: int) -> StageCard:
    return StageCard(stage_title(planned), None, counted(planned.devices_of(group), "device"), "not begun", "later")


def _begun(facts: RolloutFacts, stage: StageFacts, *, is_last: bool) -> StageCard:
    results = guard_results(facts, stage)
    mark, look = _mark(facts, stage, results, is_last=is_last)
    time = _time(facts, stage)
    count = stage.count if stage.planned.is_shadow else sum(each.count for each in _devices_until(facts, stage))
    devices = counted(count, "device") + (f", {duration_text(time)}" if time is not None else "")
    return StageCard(stage_title(stage.planned), mark, devices, _detail(facts, stage, results), look)


def _devices_until(facts: RolloutFacts, stage: StageFacts) -> tuple[StageDevices, ...]:
    """Returns the devices of a stage and of those before it, which have the release too. The shadow is by itself."""
    return tuple(
        each.devices
        for each in facts.stages
        if each.row.number <= stage.row.number and each.planned.is_shadow == stage.planned.is_shadow
    )


def _mark(
    facts: RolloutFacts, stage: StageFacts, results: Sequence[GuardResult], *, is_last: bool
) -> tuple[RolloutTag, str]:
    if stage.row.passed is not None:
        is_whole = bool(results) and all(each.verdict is GuardVerdict.PASSED for each in results)
        return (_PASSED if is_whole else _DONE), "done"
    if facts.state in (RolloutState.GOING_BACK, RolloutState.WENT_BACK):
        return _BACK, "done"
    if facts.state is RolloutState.ABORTED:
        return _LEFT, "done"
    if facts.state is RolloutState.STOPPED and _is_cause(facts, stage, is_last=is_last):
        return _STOPPED, "stop"
    if not is_last:
        return _REOPENED, "now"
    return (_PAUSED if facts.state is RolloutState.PAUSED else _PRESENT), "now"


def _is_cause(facts: RolloutFacts, stage: StageFacts, *, is_last: bool) -> bool:
    """Returns whether it is the stage in which the rollout stopped."""
    newest = facts.newest
    return is_last if newest is None or not facts.failures else newest.row.pk == stage.row.pk


def _time(facts: RolloutFacts, stage: StageFacts) -> timedelta | None:
    """Returns for how long the devices of a stage have run the release until the next one began; None before."""
    if stage.row.settled is None:
        return None
    rests = facts.state in {*ENDED, RolloutState.STOPPED, RolloutState.GOING_BACK}
    end = stage.row.passed or (facts.rollout.changed if rests else facts.now)
    return max(end - stage.row.settled, timedelta(0))


def _detail(facts: RolloutFacts, stage: StageFacts, results: Sequence[GuardResult]) -> str:
    if stage.row.settled is None and facts.state in (RolloutState.RUNNING, RolloutState.PAUSED):
        devices, queued = _devices_until(facts, stage), stage.devices.queued
        waiting = (
            f", {queued} wait{'s' if queued == 1 else ''} for {'its' if queued == 1 else 'their'} turn"
            if queued
            else ""
        )
        return f"{sum(each.running for each in devices)} of {sum(each.count for each in devices)} run it{waiting}"
    if not results:
        return "no guard was judged"
    answers = max(each.answers for each in stage.results)
    count = f"{answers:,} answer{'' if answers == 1 else 's'}" if answers else ""
    if failed := [each for each in results if each.verdict is GuardVerdict.FAILED]:
        names = ", ".join(NAMES[each.kind].lower() for each in failed)
        return f"{count}. Failed: {names}" if count else f"Failed: {names}"
    head = f"{count}: " if count else ""
    lacking = [each for each in results if each.verdict is GuardVerdict.NOT_JUDGED]
    if not lacking:
        return f"{head}all {counted(len(results), 'guard')} passed"
    passed = len(results) - len(lacking)
    return f"{passed} of {counted(len(results), 'guard')} passed. Not judged: {_reasons(lacking)}"


def _reasons(lacking: Sequence[GuardResult]) -> str:
    """Returns why guards were not judged, those with the same reason together."""
    names: dict[str, list[str]] = {}
    for each in lacking:
        names.setdefault(lack_text(each), []).append(NAMES[each.kind].lower())
    return "; ".join(f"{', '.join(kinds)} ({reason})" for reason, kinds in names.items())
