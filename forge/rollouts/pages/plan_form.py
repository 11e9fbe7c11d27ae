"""The form of a plan: its fields from a plan or from what was typed, and the plan from its fields. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from forge.rollouts.pages.form_values import FormErrors, FormValues, first_of, integer_of
from forge.rollouts.pages.limit_fields import (
    GUARD,
    GuardField,
    LabelField,
    guard_fields,
    label_fields,
    limits_of,
    values_of_limits,
)
from forge.rollouts.plan import OF_SHADOW, PlannedStage, RolloutPlan, StageSize
from rune.assessment.guards.limits import ALWAYS, GuardKind

STAGES: Final = 5
"""Stages that the form has room for."""
WINDOWS: Final = 2
DAYS: Final[Mapping[str, frozenset[int]]] = {
    "": frozenset(range(7)),
    "workdays": frozenset(range(5)),
    "weekend": frozenset((5, 6)),
}
DAY_TEXTS: Final[Mapping[str, str]] = {"": "every day", "workdays": "Monday to Friday", "weekend": "Saturday, Sunday"}
JUDGED: Final[Mapping[str, str]] = {
    "": "no guard",
    "labels": "label mix",
    "all": "every guard",
}
"""The guards whose verdict a stage can wait for. In shadow, disagreement is in the place of the label mix."""
_STAGE: Final = "stage-"
_SHARE: Final = re.compile(r"(\d{1,3}(?:[.,]\d{1,4})?)\s*%")
_COUNT: Final = re.compile(r"(\d{1,7})(?:\s*devices?)?")
_TIME: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True)
class StageField:
    """A stage in the form. The plan has those with a size."""

    number: int
    size: str
    hours: str
    longest: str
    judged: str
    is_shadow: bool
    error: str


@dataclass(frozen=True)
class WindowField:
    """A window in the form: two times of the day. The plan has those with times."""

    number: int
    begin: str
    end: str
    days: str
    error: str


@dataclass(frozen=True)
class PlanForm:
    """The fields of a plan."""

    stages: Sequence[StageField]
    guards: Sequence[GuardField]
    labels: Sequence[LabelField]
    windows: Sequence[WindowField]
    at_once: str
    at_once_error: str
    zone: str

    judged_choices = tuple(JUDGED.items())
    day_choices = tuple(DAY_TEXTS.items())


def plan_form(values: FormValues, labels: Sequence[str], errors: FormErrors) -> PlanForm:
    """Returns the fields with the values that were sent, or that `values_of` gives; `labels` are those of the rune."""
    return PlanForm(
        tuple(_stage_field(number, values, errors) for number in range(1, STAGES + 1)),
        guard_fields(values, errors),
        label_fields(values, labels, errors),
        tuple(_window_field(number, values, errors) for number in range(1, WINDOWS + 1)),
        first_of(values, "at-once"),
        " ".join(errors.get("at-once", ())),
        first_of(values, "zone", "UTC"),
    )


def values_of(plan: RolloutPlan, labels: Sequence[str]) -> FormValues:
    """Returns the values of the fields that say a plan with at most `STAGES` stages and `WINDOWS` windows."""
    values: dict[str, Sequence[str]] = {"zone": [plan.zone], **values_of_limits(plan.guards, labels)}
    for number, stage in enumerate(plan.stages, 1):
        values[f"stage-{number}-size"] = [size_text(stage)]
        values[f"stage-{number}-hours"] = [str(stage.hours)]
        values[f"stage-{number}-longest"] = [str(stage.longest)]
        values[f"stage-{number}-judged"] = [_judged_choice(stage)]
        if stage.is_shadow:
            values[f"stage-{number}-shadow"] = ["on"]
    for number, window in enumerate(plan.windows, 1):
        values[f"window-{number}-begin"] = [_clock(window.begin)]
        values[f"window-{number}-end"] = [_clock(window.end)]
        values[f"window-{number}-days"] = [next((key for key, days in DAYS.items() if days == window.weekdays), "")]
    if plan.at_once is not None:
        values["at-once"] = [str(plan.at_once)]
    return values


def with_stages_of(values: FormValues, plan: RolloutPlan) -> FormValues:
    """Returns the values of a form with the stages of a plan in place of its own. All other fields stay."""
    rest = {name: texts for name, texts in values.items() if not name.startswith(_STAGE)}
    stages = {name: texts for name, texts in values_of(plan, ()).items() if name.startswith(_STAGE)}
    return rest | stages


def has_stages_of(values: FormValues, plan: RolloutPlan) -> bool:
    """Returns whether the fields say the stages of a plan."""
    own, others = (plan_of(each, (), is_counting=True)[0]["stages"] for each in (values, values_of(plan, ())))
    return bool(own == others)


def plan_of(
    values: FormValues, labels: Sequence[str], *, is_counting: bool
) -> tuple[dict[str, Any], Mapping[str, list[str]]]:
    """Returns the plan in a form as JSON, and the errors of fields from which nothing can be read."""
    errors: dict[str, list[str]] = {}
    kinds = frozenset(GuardKind(each) for each in values.get(GUARD, ()) if each in list(GuardKind))
    judgeable = kinds if is_counting else kinds & ALWAYS
    stages = [
        _stage(number, values, judgeable, errors)
        for number in range(1, STAGES + 1)
        if first_of(values, f"stage-{number}-size")
    ]
    windows = [window for number in range(1, WINDOWS + 1) if (window := _window(number, values, errors)) is not None]
    at_once = integer_of(values, "at-once", 0, errors)
    plan = {
        "stages": stages,
        "guards": limits_of(values, labels, errors),
        "at_once": at_once if first_of(values, "at-once") else None,
        "windows": windows,
        "zone": first_of(values, "zone", "UTC") or "UTC",
    }
    return plan, errors


def size_text(stage: PlannedStage) -> str:
    """Returns the size of a stage as it is typed: `6`, `10 %` or `all`."""
    match stage.size:
        case StageSize.COUNT:
            return f"{stage.amount:.0f}"
        case StageSize.SHARE:
            return f"{round(100 * stage.amount, 4):g} %"
        case StageSize.ALL:
            return "all"


def _stage_field(number: int, values: FormValues, errors: FormErrors) -> StageField:
    names = {name: f"stage-{number}-{name}" for name in ("size", "hours", "longest", "judged", "shadow")}
    return StageField(
        number,
        first_of(values, names["size"]),
        first_of(values, names["hours"], "24"),
        first_of(values, names["longest"]),
        first_of(values, names["judged"]),
        names["shadow"] in values,
        " ".join(message for name in names.values() for message in errors.get(name, ())),
    )


def _window_field(number: int, values: FormValues, errors: FormErrors) -> WindowField:
    begin, end, days = (first_of(values, f"window-{number}-{name}") for name in ("begin", "end", "days"))
    return WindowField(number, begin, end, days, " ".join(errors.get(f"window-{number}-begin", ())))


def _stage(
    number: int, values: FormValues, judgeable: frozenset[GuardKind], errors: dict[str, list[str]]
) -> dict[str, Any]:
    text = first_of(values, f"stage-{number}-size").lower()
    size: dict[str, Any] = {"size": "all"}
    if share := _SHARE.fullmatch(text):
        size = {"size": "share", "amount": float(share[1].replace(",", ".")) / 100}
    elif count := _COUNT.fullmatch(text):
        size = {"size": "count", "amount": int(count[1])}
    elif text != "all":
        errors.setdefault(f"stage-{number}-size", []).append("Enter a share such as 10 %, a number of devices, or all.")
    hours = integer_of(values, f"stage-{number}-hours", 24, errors)
    is_shadow = f"stage-{number}-shadow" in values
    return {
        **size,
        "hours": hours,
        "longest": integer_of(values, f"stage-{number}-longest", max(4 * hours, 24), errors),
        "must_judge": sorted(_judged(first_of(values, f"stage-{number}-judged"), judgeable, is_shadow=is_shadow)),
        "shadow": is_shadow,
    }


def _judged(choice: str, judgeable: frozenset[GuardKind], *, is_shadow: bool) -> frozenset[GuardKind]:
    match choice:
        case "labels":
            return frozenset({GuardKind.DISAGREEMENT if is_shadow else GuardKind.LABELS})
        case "all":
            return judgeable & OF_SHADOW if is_shadow else judgeable - {GuardKind.DISAGREEMENT}
        case _:
            return frozenset()


def _judged_choice(stage: PlannedStage) -> str:
    if not stage.must_judge:
        return ""
    one = GuardKind.DISAGREEMENT if stage.is_shadow else GuardKind.LABELS
    return "labels" if stage.must_judge == {one} else "all"


def _window(number: int, values: FormValues, errors: dict[str, list[str]]) -> dict[str, Any] | None:
    begin, end = (first_of(values, f"window-{number}-{name}") for name in ("begin", "end"))
    if not begin and not end:
        return None
    minutes = [_minutes(text) for text in (begin, end)]
    if None in minutes:
        errors.setdefault(f"window-{number}-begin", []).append("Enter two times of the day, such as 02:00 and 05:00.")
        return None
    days = DAYS.get(first_of(values, f"window-{number}-days"), DAYS[""])
    return {"begin": minutes[0], "end": minutes[1], "weekdays": sorted(days)}


def _minutes(text: str) -> int | None:
    """Returns the minutes after midnight of a time of the day."""
    match = _TIME.fullmatch(text)
    return None if match is None else 60 * int(match[1]) + int(match[2])


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
