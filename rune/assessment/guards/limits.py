"""The limits that a rollout sets: one a guard, and how likely a harmless rollout may be stopped."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

ALPHA: Final = 0.01
"""The probability that a harmless rollout is stopped by chance."""
LEAST_OF_LABEL: Final = 0.005
"""The least limit of a label that has none of its own: half a point."""
MOST_LABEL_LIMITS: Final = 64
_LONGEST_LABEL: Final = 200


class BadLimits(ValueError):
    """The limits of guards cannot be as they were asked for."""


class GuardKind(StrEnum):
    """A guard: what it compares, and the unit of its limit."""

    INSTALLS = "installs"
    """The part of the devices that could not install or keep the new rune, 0 to 1."""
    SELF_TEST = "self-test"
    """The number of devices that compute other bits than the approved build. The limit is 0, and no chance is in it."""
    RESTARTS = "restarts"
    """Restarts of the rune a device and day, more than without the new rune."""
    MEMORY = "memory"
    """The highest memory, as a part of that without the new rune: 0.1 for 10 % more."""
    TIME = "time"
    """The mean time of a run, as a part of that without the new rune."""
    LABELS = "labels"
    """The share of the answers with a label, 0 to 1, more or less than without the new rune."""
    CONFIDENCE = "confidence"
    """The mean confidence, 0 to 1, less than without the new rune."""
    DRIFT = "drift"
    """The location of a feature, in standard deviations of the test samples, away from where it is without the new
    rune."""
    DISAGREEMENT = "disagreement"
    """The part of the runs, 0 to 1, in which the new rune in shadow answers with another label."""


ALWAYS: Final = frozenset({GuardKind.INSTALLS, GuardKind.SELF_TEST, GuardKind.RESTARTS})
"""The guards that devices are judged by while telemetry is off: they follow from reports."""
_LARGEST: Final = 100.0


@dataclass(frozen=True)
class GuardLimit:
    """The limit of a guard. A rollout without one for a guard is not judged by it."""

    kind: GuardKind
    limit: float
    """The largest difference that is allowed, in the unit of the kind."""
    labels: Mapping[str, float] = field(default_factory=dict)
    """The limits of labels that differ from `limit`, of the guard of labels."""

    def __post_init__(self) -> None:
        for value in (self.limit, *self.labels.values()):
            if not (math.isfinite(value) and 0 <= value <= _LARGEST):
                raise BadLimits(f"The limit of {self.kind} is a number from 0 to {_LARGEST:.0f}.")
        if self.kind is GuardKind.SELF_TEST and self.limit:
            raise BadLimits("Every device computes the bits of the approved build: the limit of the self-test is 0.")
        if self.labels and self.kind is not GuardKind.LABELS:
            raise BadLimits(f"The guard of {self.kind} has no labels.")
        if len(self.labels) > MOST_LABEL_LIMITS or any(not 0 < len(name) <= _LONGEST_LABEL for name in self.labels):
            raise BadLimits(f"At most {MOST_LABEL_LIMITS} labels have a limit of their own.")

    def of_label(self, label: str, share: float) -> float:
        """Returns the limit of a label whose share is `share` without the new rune. One without a limit of its own has
        `limit` at a share of one half, and less where its share varies less: as sqrt(s (1 - s)), at least
        `LEAST_OF_LABEL`."""
        share = min(max(share, 0.0), 1.0)
        usual = max(LEAST_OF_LABEL, self.limit * 2 * math.sqrt(share * (1 - share)))
        return self.labels.get(label, min(usual, self.limit))

    def to_json(self) -> dict[str, Any]:
        """Returns it as JSON."""
        return {"kind": str(self.kind), "limit": self.limit, **({"labels": dict(self.labels)} if self.labels else {})}

    @classmethod
    def from_json(cls, value: object) -> GuardLimit:
        """Reads it. Raises `BadLimits`."""
        if not isinstance(value, Mapping):
            raise BadLimits("A guard is an object with kind and limit.")
        kind = value.get("kind")
        if kind not in list(GuardKind):
            raise BadLimits(f"A guard is one of {', '.join(GuardKind)}.")
        labels = value.get("labels", {})
        if not isinstance(labels, Mapping):
            raise BadLimits("The limits of labels are an object.")
        return cls(
            GuardKind(kind), _number(value.get("limit")), {str(name): _number(each) for name, each in labels.items()}
        )


DEFAULT_LIMITS: Final = (
    GuardLimit(GuardKind.INSTALLS, 0.02),
    GuardLimit(GuardKind.SELF_TEST, 0.0),
    GuardLimit(GuardKind.RESTARTS, 0.1),
    GuardLimit(GuardKind.MEMORY, 0.15),
    GuardLimit(GuardKind.TIME, 0.1),
    GuardLimit(GuardKind.LABELS, 0.03),
    GuardLimit(GuardKind.CONFIDENCE, 0.05),
    GuardLimit(GuardKind.DRIFT, 0.25),
    GuardLimit(GuardKind.DISAGREEMENT, 0.01),
)
"""The limits of a rollout whose maker sets none."""


def checked_limits(limits: tuple[GuardLimit, ...]) -> tuple[GuardLimit, ...]:
    """Returns limits of which each guard has one. Raises `BadLimits`."""
    kinds = [each.kind for each in limits]
    if len(set(kinds)) < len(kinds):
        raise BadLimits("A guard has one limit.")
    return limits


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadLimits("A limit is a number.")
    return float(value)
