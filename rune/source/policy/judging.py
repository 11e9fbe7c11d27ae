"""Judges whether a build's figures keep within the limits of its policy. Pure.

A measured time differs from run to run, so there is a third answer beside yes and no: the limit lies within the noise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, TypedDict

from rune.source.policy.limits import LimitKind
from rune.source.policy.policy import Limit, LimitJson, Policy
from rune.wording import plain

TIME_NOISE: Final = 0.15
"""Share by which the median time moves between two measurements of one rune on one machine, with other work beside
it."""


class LimitResult(StrEnum):
    """The result of a limit for a build."""

    MET = "met"
    MISSED = "missed"
    UNCLEAR = "unclear"
    """The measured time is so near to the limit that noise decides on which side it is."""
    UNKNOWN = "unknown"
    """There is no figure to compare."""

    @property
    def passes(self) -> bool:
        """Whether a gate lets the build pass: noise stops nobody, and what was not measured lets nobody pass."""
        return self in (LimitResult.MET, LimitResult.UNCLEAR)


class FigureJson(TypedDict):
    """A figure. `low` and `high` are the quartiles of a time, or the 95 % interval of a share or a rate."""

    value: float
    low: float
    high: float
    count: int


class JudgementJson(TypedDict):
    """The judgement of a limit as JSON. Without a `figure`, `reason` says why there is none."""

    limit: LimitJson
    outcome: str
    figure: FigureJson | None
    reason: str


@dataclass(frozen=True)
class Figure:
    """The counted or measured value, in the unit of its limit.

    `low` and `high` are the quartiles of a time, or the 95 % interval of a share or a rate. `count` are the runs, the
    samples or the recordings behind it.
    """

    value: float
    low: float
    high: float
    count: int

    @staticmethod
    def exact(value: float) -> Figure:
        """A figure that is counted and not measured."""
        return Figure(value, value, value, 1)


@dataclass(frozen=True)
class TargetFigures:
    """The needs of the package for a target, in bytes and in instructions of a run. Where those were not counted, the
    bytes are the least that it needs, and `reason` says why."""

    flash: int
    ram: int
    instructions: int | None = None
    reason: str = ""

    def of(self, limit: Limit) -> Figure | None:
        """The figure that a limit is about; the least that is needed tells only that a limit is missed."""
        figure = {LimitKind.FLASH: self.flash, LimitKind.RAM: self.ram}.get(limit.kind, self.instructions)
        if figure is None or (self.instructions is None and figure <= limit.bound):
            return None
        return Figure.exact(figure)


@dataclass(frozen=True)
class MeasuredFigures:
    """A build's figures: bytes of the rune and of the memory that a run needs, what was measured, and by target what
    its packages need.

    `reasons` say of a kind of limit why it has no figure.
    """

    size: int
    memory: int
    time: Figure | None = None
    accuracy: Figure | None = None
    recall: Mapping[str, Figure] = field(default_factory=dict)
    false_alarms: Figure | None = None
    targets: Mapping[str, TargetFigures] = field(default_factory=dict)
    reasons: Mapping[LimitKind, str] = field(default_factory=dict)

    def of(self, limit: Limit) -> Figure | None:
        """The figure that a limit is about."""
        match limit.kind:
            case LimitKind.SIZE:
                return Figure.exact(self.size)
            case LimitKind.MEMORY:
                return Figure.exact(self.memory)
            case LimitKind.INFERENCE_TIME:
                return self.time
            case LimitKind.ACCURACY:
                return self.accuracy
            case LimitKind.RECALL:
                return self.recall.get(limit.label or "")
            case LimitKind.FALSE_ALARMS:
                return self.false_alarms
            case LimitKind.FLASH | LimitKind.RAM | LimitKind.INSTRUCTIONS:
                on_target = self.targets.get(limit.label or "")
                return None if on_target is None else on_target.of(limit)

    def reason(self, limit: Limit) -> str:
        """Returns why a limit has no figure."""
        if limit.kind.is_of_target:
            on_target = self.targets.get(limit.label or "")
            target = plain(limit.label or "")
            if on_target is None:
                return f"The build has no package for {target}."
            return f"Nothing was measured on {target}: {plain(on_target.reason, 200)}."
        return self.reasons.get(limit.kind) or limit.kind.declaration.no_figure


@dataclass(frozen=True)
class Judgement:
    """The judgement whether a build meets a limit, and by which figure; `reason` says why there is no figure."""

    limit: Limit
    outcome: LimitResult
    figure: Figure | None
    reason: str = ""

    def to_json(self) -> JudgementJson:
        figure: FigureJson | None = None
        if self.figure is not None:
            figure = {
                "value": self.figure.value,
                "low": self.figure.low,
                "high": self.figure.high,
                "count": self.figure.count,
            }
        return {
            "limit": self.limit.to_json(),
            "outcome": self.outcome.value,
            "figure": figure,
            "reason": self.reason,
        }

    @staticmethod
    def from_json(fields: Mapping[str, Any]) -> Judgement:
        figure = fields["figure"]
        return Judgement(
            Limit.from_json(fields["limit"]),
            LimitResult(fields["outcome"]),
            None if figure is None else Figure(**figure),
            fields["reason"],
        )


def judge(policy: Policy, figures: MeasuredFigures) -> tuple[Judgement, ...]:
    """A judgement of each limit, in their order."""
    return tuple(_judgement(limit, figures) for limit in policy.limits)


def _judgement(limit: Limit, figures: MeasuredFigures) -> Judgement:
    figure = figures.of(limit)
    if figure is None:
        return Judgement(limit, LimitResult.UNKNOWN, None, figures.reason(limit))
    if limit.kind is LimitKind.INFERENCE_TIME and _is_within_noise(figure, limit.bound):
        return Judgement(limit, LimitResult.UNCLEAR, figure)
    is_met = figure.value >= limit.bound if limit.kind.is_least else figure.value <= limit.bound
    return Judgement(limit, LimitResult.MET if is_met else LimitResult.MISSED, figure)


def _is_within_noise(time: Figure, bound: float) -> bool:
    return time.low <= bound <= time.high or abs(time.value - bound) < TIME_NOISE * bound
