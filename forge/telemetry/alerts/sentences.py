"""An alert in words: what changed, by how much, on which devices, and what explains it. Pure."""

from __future__ import annotations

import math
from typing import Protocol

from rune.assessment.drift.alerts import DriftComparison
from rune.assessment.drift.figures import CONFIDENCE, LABELS, Aspect
from rune.assessment.drift.judging import DEFAULTS
from rune.wording import counted


class AlertFacts(Protocol):
    """The facts of an alert that its sentences say."""

    comparison: str
    feature: str
    aspect: str
    label: str
    group_key: str
    group_value: str
    device: str
    value: float
    low: float
    high: float
    devices: int
    decibels: float | None
    carrier_key: str
    carrier_value: str
    carrier_devices: int
    carrier_share: float | None
    others_are_unchanged: bool


def title_of(alert: AlertFacts) -> str:
    """Returns the alert in a sentence: "The level of audio is 6 dB higher than before, on 31 devices with batch=B."."""
    return f"{_change(alert)} {_compared_with(alert)}{_where(alert)}."


def detail_of(alert: AlertFacts) -> str:
    """Returns the size of the effect with its range, the days that it is the mean of, where these are not those since
    it began, and what explains it."""
    parts = [_range(alert)]
    if DriftComparison(alert.comparison) in (DriftComparison.GROUP, DriftComparison.TESTS):
        parts.append(f"That is the mean of {DEFAULTS.windows[-1]} days.")
    if alert.carrier_key and alert.carrier_share is not None:
        share = f"{100 * min(alert.carrier_share, 1.0):.0f} %"
        devices = f"{counted(alert.carrier_devices, 'device')} with {alert.carrier_key}={alert.carrier_value}"
        others = " The others are as before." if alert.others_are_unchanged else ""
        parts.append(f"{devices} make {share} of it.{others}")
    return " ".join(parts)


def query_of(alert: AlertFacts) -> str:
    """Returns the query for the devices that an alert is about; "" for all of the deployment."""
    if alert.device:
        return f"name={alert.device}"
    key, value = (alert.carrier_key, alert.carrier_value) if alert.carrier_key else (alert.group_key, alert.group_value)
    return f'{key}="{value}"' if key else ""


def _change(alert: AlertFacts) -> str:
    is_more = alert.value > 0
    match Aspect(alert.aspect):
        case Aspect.SHARE:
            return f"“{alert.label}” is {'a larger' if is_more else 'a smaller'} part of the answers"
        case Aspect.SPREAD:
            return f"{_subject(alert)} {'spreads more' if is_more else 'spreads less'}"
        case Aspect.LOCATION:
            if alert.feature == CONFIDENCE:
                return f"The answers are {'surer' if is_more else 'less sure'}"
            if alert.decibels is not None:
                size = f"{abs(alert.decibels):.0f} dB" if abs(alert.decibels) >= 1 else f"{abs(alert.decibels):.1f} dB"
                return f"{_subject(alert)} is {size} {'higher' if is_more else 'lower'}"
            return f"{_subject(alert)} is {'higher' if is_more else 'lower'}"
        case Aspect.DURATION:
            return f"A run takes {_longer(alert.value)}"


def _longer(logarithm: float) -> str:
    """Returns how many times as long, with "than" or "as" to follow: "30 % longer", "2.5 times as long"."""
    factor = math.exp(logarithm)
    if factor >= 2:
        return f"{factor:.1f} times as long"
    return f"{100 * abs(factor - 1):.0f} % {'longer' if factor > 1 else 'less time'}"


def _subject(alert: AlertFacts) -> str:
    if alert.feature == CONFIDENCE:
        return "The confidence of the answers"
    if alert.feature == LABELS:
        return "The mix of labels"
    stage, _, statistic = alert.feature.rpartition(" ")
    return f"The {statistic} of {stage}"


def _compared_with(alert: AlertFacts) -> str:
    than = "as" if Aspect(alert.aspect) is Aspect.DURATION and math.exp(alert.value) >= 2 else "than"
    match DriftComparison(alert.comparison):
        case DriftComparison.TESTS:
            return "than in the test samples"
        case DriftComparison.GROUP:
            return "than on the other devices"
        case DriftComparison.GROUP_CHANGE:
            return f"{than} before, and the other devices did not change as much"
        case DriftComparison.FLEET | DriftComparison.DEVICE:
            return f"{than} before"


def _where(alert: AlertFacts) -> str:
    if alert.device:
        return f", on {alert.device}"
    if alert.carrier_key:
        return f", on {counted(alert.carrier_devices, 'device')} with {alert.carrier_key}={alert.carrier_value}"
    if alert.group_key:
        return f", on {counted(alert.devices, 'device')} with {alert.group_key}={alert.group_value}"
    return f", on {counted(alert.devices, 'device')}"


def _range(alert: AlertFacts) -> str:
    match Aspect(alert.aspect):
        case Aspect.SHARE:
            value, low, high = (100 * each for each in (alert.value, alert.low, alert.high))
            return f"{value:+.1f} points, {low:+.1f} to {high:+.1f} in 95 of 100 cases."
        case Aspect.SPREAD:
            values = [math.exp(each) for each in (alert.value, alert.low, alert.high)]
            return f"{values[0]:.2f} times as far, {values[1]:.2f} to {values[2]:.2f} in 95 of 100 cases."
        case Aspect.DURATION:
            values = [math.exp(each) for each in (alert.value, alert.low, alert.high)]
            return f"{values[0]:.2f} times as long, {values[1]:.2f} to {values[2]:.2f} in 95 of 100 cases."
        case Aspect.LOCATION:
            return f"{alert.value:+.2f} standard deviations, {alert.low:+.2f} to {alert.high:+.2f} in 95 of 100 cases."
