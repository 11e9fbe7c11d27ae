"""The reason why a rollout stopped: the figure that failed, from look to look, and the label mix beside the old one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forge.rollouts.access import results_of
from forge.rollouts.announcements import reason_of
from forge.rollouts.machine import StopReason
from forge.rollouts.pages.facts import RolloutFacts, StageFacts
from forge.rollouts.pages.figure_chart import FigureAtHour, FigureChart, figure_chart
from forge.rollouts.sentences import (
    NAMES,
    carrier_text,
    carrier_title,
    difference_text,
    failure_text,
    lack_text,
    limit_text,
    range_text,
    value_text,
)
from rune.assessment.guards.limits import GuardKind
from rune.assessment.guards.verdicts import GuardResult, GuardVerdict

_SUBJECTS = {GuardKind.LABELS: "{}, share of answers", GuardKind.DRIFT: "{}, what goes in"}


@dataclass(frozen=True)
class LabelBar:
    """The shares of a label in the old and the new release: texts, and lengths of bars, 0 to 100."""

    label: str
    old: str
    new: str
    old_length: float
    new_length: float
    is_failed: bool


@dataclass(frozen=True)
class FailedFigure:
    """The figure of the guard that failed first."""

    title: str
    old: str
    new: str
    limit: str
    difference: str
    range: str
    """The range of a figure that is compared with its limit alone; "" of another one."""
    carrier_title: str
    """The devices that carry it; "" where no group does beyond chance."""
    carrier: str
    chart: FigureChart | None
    devices: int
    others: int


@dataclass(frozen=True)
class WhyStopped:
    """The reason in sentences, the figure, what else failed, and what could not be judged."""

    reason: str
    figure: FailedFigure | None
    others: Sequence[str]
    lacking: Sequence[str]
    mix: Sequence[LabelBar]


def why_stopped(facts: RolloutFacts) -> WhyStopped | None:
    """Returns why a rollout stopped by itself; None of one that did not."""
    rollout = facts.rollout
    if not rollout.stop_reason:
        return None
    stage, failures = facts.newest, facts.failures
    is_failure = rollout.stop_reason == StopReason.GUARD_FAILED
    first = failures[0] if failures and is_failure else None
    return WhyStopped(
        reason_of(rollout),
        _figure(stage, first) if first is not None and stage is not None and first.new is not None else None,
        [failure_text(each) for each in failures[1:]] if is_failure else (),
        _lacking(stage) if stage is not None and rollout.stop_reason == StopReason.NOT_JUDGED else (),
        label_bars(stage.results) if stage is not None and is_failure else (),
    )


def label_bars(results: Sequence[GuardResult]) -> Sequence[LabelBar]:
    """Returns the shares of labels, the largest of the old ones first; none where no label has both."""
    shares = [each for each in results if each.kind is GuardKind.LABELS and each.new is not None]
    longest = max((max(each.new or 0.0, each.old or 0.0) for each in shares), default=0.0) or 1.0
    return tuple(
        LabelBar(
            each.subject,
            value_text(each.kind, each.old),
            value_text(each.kind, each.new),
            round(100 * (each.old or 0.0) / longest, 1),
            round(100 * (each.new or 0.0) / longest, 1),
            each.verdict is GuardVerdict.FAILED,
        )
        for each in sorted(shares, key=lambda each: -(each.old or 0.0))
        if each.old is not None
    )


def _figure(stage: StageFacts, result: GuardResult) -> FailedFigure:
    looks = [
        FigureAtHour(reading.hour, each)
        for reading in stage.readings
        for each in results_of(reading)
        if (each.kind, each.subject) == (result.kind, result.subject)
    ]
    return FailedFigure(
        _SUBJECTS.get(result.kind, NAMES[result.kind]).format(result.subject),
        value_text(result.kind, result.old),
        value_text(result.kind, result.new),
        limit_text(result),
        difference_text(result),
        range_text(result),
        carrier_title(result),
        carrier_text(result),
        figure_chart(looks),
        result.devices,
        result.others,
    )


def _lacking(stage: StageFacts) -> Sequence[str]:
    """Returns the guards that the stage waited for, each with what it lacked."""
    missing = [
        each
        for each in stage.results
        if each.kind in stage.planned.must_judge and each.verdict is GuardVerdict.NOT_JUDGED
    ]
    return tuple(dict.fromkeys(f"{NAMES[each.kind]}: {lack_text(each)}" for each in missing))
