"""Accuracy without labels as the page shows it: a row for each version, with a reason where nothing is said. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from rune.statistics.intervals import wilson
from rune.statistics.not_judged import TooFew
from rune.wording import counted


@dataclass(frozen=True)
class VersionAccuracy:
    """The facts of a version: the answers of its reference and how many are right, None where a build does not say;
    the estimates by number of days, and the day up to which they are."""

    version: str
    answers: int | None
    right: int | None
    estimates: Mapping[str, Any] | None
    judged: date | None


@dataclass(frozen=True)
class AccuracyRow:
    """A version in words. Without an `estimate`, `reason` says why."""

    version: str
    tests: str
    tests_between: str
    estimate: str
    between: str
    devices: str
    reason: str


def accuracy_row(facts: VersionAccuracy, days: int) -> AccuracyRow:
    """Returns the row of a version, of so many days."""
    tests, tests_between = "", ""
    if facts.answers and facts.right is not None:
        share = wilson(facts.right, facts.answers)
        tests, tests_between = _percent(share.value), f"{_range(share.low, share.high)} ({facts.answers:,})"
    estimate = (facts.estimates or {}).get(str(days))
    if estimate is None or facts.judged is None or "value" not in estimate:
        return AccuracyRow(facts.version, tests, tests_between, "", "", "", _reason(facts, estimate))
    between = f"{_range(estimate['low'], estimate['high'])}, to {facts.judged.day} {facts.judged:%b}"
    devices = counted(estimate["devices"], "device")
    return AccuracyRow(facts.version, tests, tests_between, _percent(estimate["value"]), between, devices, "")


def _reason(facts: VersionAccuracy, estimate: Mapping[str, Any] | None) -> str:
    if facts.answers is None:
        return "Not judged: the build has no reference of test samples."
    if facts.right is None:
        return (
            "Not judged: its reference does not say how many answers are right. It does where each test sample is one "
            "window and each label has a bin of its own."
        )
    if estimate is None:
        return "Not judged yet: a day is judged six hours after it has ended."
    count, minimum = estimate["count"], estimate["needed"]
    if estimate["lack"] == TooFew.REFERENCE_WINDOWS:
        return f"Not judged: it has {counted(count, 'answer')} on test samples, and {minimum} are needed."
    return f"Not judged: {counted(count, 'device')} had 300 answers or more, and {minimum} are needed."


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _range(low: float, high: float) -> str:
    return f"{100 * low:.0f} to {100 * high:.0f} %"
