"""The fields of guards and their limits in the form of a plan, in the units that people type. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from forge.rollouts.pages.form_values import FormErrors, FormValues, first_of, number_of
from forge.rollouts.pages.guard_rows import MEANINGS
from forge.rollouts.sentences import NAMES
from rune.assessment.guards.limits import ALWAYS, DEFAULT_LIMITS, GuardKind, GuardLimit

UNITS: Final[Mapping[GuardKind, tuple[str, float]]] = {
    GuardKind.INSTALLS: ("% of the devices", 100.0),
    GuardKind.SELF_TEST: ("", 1.0),
    GuardKind.RESTARTS: ("a day and device more", 1.0),
    GuardKind.MEMORY: ("% more", 100.0),
    GuardKind.TIME: ("% more", 100.0),
    GuardKind.LABELS: ("points more or less", 100.0),
    GuardKind.CONFIDENCE: ("points lower", 100.0),
    GuardKind.DRIFT: ("standard deviations", 1.0),
    GuardKind.DISAGREEMENT: ("% of the runs", 100.0),
}
"""The unit of each limit, and by what its number is multiplied for people."""
GUARD: Final = "guard"
"""The name of the boxes, of which each that is ticked sends the kind of its guard."""
_LABEL: Final = "label-"


@dataclass(frozen=True)
class GuardField:
    """A guard in the form; `limit` is the text in its field, or "" of the self-test, which has none."""

    kind: str
    name: str
    meaning: str
    unit: str
    limit: str
    is_on: bool
    needs_counts: bool
    """True of a guard that is judged only where the deployment counts."""
    error: str

    @property
    def field(self) -> str:
        """The name of the field of its limit."""
        return limit_name(self.kind)


@dataclass(frozen=True)
class LabelField:
    """A label that can have a limit of its own, in points."""

    field: str
    label: str
    limit: str
    error: str


def limit_name(kind: str) -> str:
    """Returns the name of the field of a limit."""
    return f"limit-{kind}"


def label_name(place: int) -> str:
    """Returns the name of the field of the limit of a label, by its place in the rune."""
    return f"{_LABEL}{place}"


def guard_fields(values: FormValues, errors: FormErrors) -> Sequence[GuardField]:
    """Returns the fields of all guards as they were sent or set before."""
    ticked = values.get(GUARD, ())
    return tuple(
        GuardField(
            str(each.kind),
            NAMES[each.kind],
            MEANINGS[each.kind],
            UNITS[each.kind][0],
            first_of(values, limit_name(each.kind), number_text(each.limit, UNITS[each.kind][1])),
            str(each.kind) in ticked,
            each.kind not in ALWAYS,
            " ".join(errors.get(limit_name(each.kind), ())),
        )
        for each in DEFAULT_LIMITS
    )


def label_fields(values: FormValues, labels: Sequence[str], errors: FormErrors) -> Sequence[LabelField]:
    """Returns the fields of the limits of labels."""
    return tuple(
        LabelField(
            label_name(place),
            label,
            first_of(values, label_name(place)),
            " ".join(errors.get(label_name(place), ())),
        )
        for place, label in enumerate(labels)
    )


def with_labels(values: FormValues, former: Sequence[str], labels: Sequence[str]) -> FormValues:
    """Returns the values of a form for a rune with other labels: each keeps its limit if the former rune has it too."""
    rest = {name: texts for name, texts in values.items() if not name.startswith(_LABEL)}
    places = {label: label_name(place) for place, label in enumerate(former)}
    limits = {
        label_name(place): values[places[label]]
        for place, label in enumerate(labels)
        if label in places and places[label] in values
    }
    return rest | limits


def values_of_limits(limits: Sequence[GuardLimit], labels: Sequence[str]) -> dict[str, Sequence[str]]:
    """Returns the values of the fields that say some limits."""
    values: dict[str, Sequence[str]] = {GUARD: [str(each.kind) for each in limits]}
    for each in limits:
        values[limit_name(each.kind)] = [number_text(each.limit, UNITS[each.kind][1])]
        for place, label in enumerate(labels):
            if label in each.labels:
                values[label_name(place)] = [number_text(each.labels[label], UNITS[each.kind][1])]
    return values


def limits_of(values: FormValues, labels: Sequence[str], errors: dict[str, list[str]]) -> list[dict[str, Any]]:
    """Returns the limits in a form, as JSON of a plan. What is no number is noted in `errors`, by its field."""
    ticked = values.get(GUARD, ())
    limits = []
    for kind in GuardKind:
        if str(kind) not in ticked:
            continue
        factor = UNITS[kind][1]
        limit: dict[str, Any] = {"kind": str(kind), "limit": 0.0}
        if kind is not GuardKind.SELF_TEST:
            limit["limit"] = number_of(values, limit_name(kind), errors) / factor
        if kind is GuardKind.LABELS:
            own = {
                label: number_of(values, label_name(place), errors) / factor
                for place, label in enumerate(labels)
                if first_of(values, label_name(place))
            }
            limit |= {"labels": own} if own else {}
        limits.append(limit)
    return limits


def number_text(value: float, factor: float) -> str:
    """Returns a number as its field shows it, without a rest of binary fractions."""
    text = f"{round(value * factor, 6):g}"
    return text if math.isfinite(value) else ""
