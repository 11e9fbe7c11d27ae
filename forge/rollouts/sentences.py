"""The sentences of guards: what a guard is, what it found, and why it was not judged."""

from __future__ import annotations

from typing import Protocol

from rune.assessment.guards.limits import GuardKind
from rune.assessment.guards.verdicts import GuardResult, GuardVerdict
from rune.statistics.not_judged import NotJudged, TooFew
from rune.wording import counted, listed

NAMES = {
    GuardKind.INSTALLS: "Failed installs",
    GuardKind.SELF_TEST: "Self-test",
    GuardKind.RESTARTS: "Restarts",
    GuardKind.MEMORY: "Memory",
    GuardKind.TIME: "Inference time",
    GuardKind.LABELS: "Label mix",
    GuardKind.CONFIDENCE: "Confidence",
    GuardKind.DRIFT: "Drift",
    GuardKind.DISAGREEMENT: "Disagreement in shadow",
}
_SHARES = frozenset({GuardKind.INSTALLS, GuardKind.LABELS, GuardKind.CONFIDENCE, GuardKind.DISAGREEMENT})
_RATIOS = frozenset({GuardKind.MEMORY, GuardKind.TIME})
_OFTEN = 2.0
"""Times as often from which a sentence says how many times."""
_SAME = 3
"""The most labels that are named beside the one that carries a difference."""


class DifferenceRange(Protocol):
    """A difference with its range."""

    @property
    def value(self) -> float: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...


def value_text(kind: GuardKind, value: float | None) -> str:
    """Returns a figure of a guard for people, such as `3.1 %`; "" of none."""
    if value is None:
        return ""
    if kind in _SHARES:
        return f"{100 * value:.1f} %"
    match kind:
        case GuardKind.TIME:
            return f"{value / 1000:.1f} ms"
        case GuardKind.MEMORY:
            return f"{value / 1024:.1f} MiB"
        case GuardKind.SELF_TEST:
            return f"{value:.0f} differ{'s' if value == 1 else ''}"
        case _:
            return f"{value:.2f}"


def limit_text(result: GuardResult) -> str:
    """Returns the limit of a guard for people."""
    limit = result.limit
    match result.kind:
        case GuardKind.INSTALLS | GuardKind.DISAGREEMENT:
            return f"at most {100 * limit:.1f} %"
        case GuardKind.SELF_TEST:
            return "all the same bits"
        case GuardKind.LABELS:
            return f"within {100 * limit:.1f} points"
        case GuardKind.CONFIDENCE:
            return f"at most {100 * limit:.1f} points lower"
        case GuardKind.RESTARTS:
            return f"at most {limit:.2f} a day more"
        case GuardKind.MEMORY | GuardKind.TIME:
            return f"at most {100 * limit:.0f} % more"
        case GuardKind.DRIFT:
            return f"within {limit:.2f} standard deviations"


def difference_text(result: GuardResult) -> str:
    """Returns the difference with its range, never without one; "" where there is none."""
    difference = result.difference
    if difference is None:
        return ""
    is_absolute = result.old is None and result.kind is not GuardKind.DISAGREEMENT
    return "" if is_absolute else _range_text(result.kind, difference)


def range_text(result: GuardResult) -> str:
    """Returns the range of a figure that is compared with its limit alone; "" of another one."""
    difference = result.difference
    if difference is None or result.old is not None or result.kind not in _SHARES:
        return ""
    return f"{100 * difference.low:.1f} to {100 * difference.high:.1f} %"


def carrier_text(result: GuardResult) -> str:
    """Returns the sentences about the devices that carry a difference; "" where no group does beyond chance."""
    carrier = result.carrier
    if carrier is None:
        return ""
    own, others = (_range_text(result.kind, each) for each in (carrier.own, carrier.others))
    same = listed([f"{key}={value}" for key, value in carrier.same[:_SAME]])
    rest = f" Nearly the same devices have {same}." if same else ""
    return f"On them: {own}. On the other {counted(carrier.others.devices, 'device')}: {others}.{rest}"


def carrier_title(result: GuardResult) -> str:
    """Returns which devices carry a difference, such as `31 of 60 devices, with batch=B, make 97 % of it.`"""
    carrier = result.carrier
    if carrier is None:
        return ""
    devices = carrier.own.devices + carrier.others.devices
    share = f"{100 * min(carrier.share, 1.0):.0f} %"
    return (
        f"{carrier.own.devices:,} of {counted(devices, 'device')}, with {carrier.attribute}={carrier.value}, "
        f"make {share} of it."
    )


def _range_text(kind: GuardKind, range_: DifferenceRange) -> str:
    value, low, high = range_.value, range_.low, range_.high
    if kind is GuardKind.DISAGREEMENT:
        return f"{100 * value:.1f} % ({100 * max(0.0, low):.1f} to {100 * min(high, 1.0):.1f} %)"
    if kind in _SHARES:
        return f"{100 * value:+.1f} points ({100 * low:+.1f} to {100 * high:+.1f})"
    if kind in _RATIOS:
        return f"{100 * value:+.0f} % ({100 * low:+.0f} to {100 * high:+.0f})"
    return f"{value:+.2f} ({low:+.2f} to {high:+.2f})"


def verdict_text(result: GuardResult) -> str:
    """Returns the verdict for people, with the reason where a guard was not judged."""
    match result.verdict:
        case GuardVerdict.FAILED:
            return "Failed"
        case GuardVerdict.PASSED:
            return "Passed, close to the limit" if result.is_close else "Passed"
        case GuardVerdict.NOT_JUDGED:
            return f"Not judged: {lack_text(result)}"


def lack_text(result: GuardResult) -> str:
    """Returns why a guard was not judged, such as `67 answers of 6 devices: too few`."""
    reason = result.reason or NotJudged(TooFew.WINDOWS, 0, 1)
    match reason.lack:
        case TooFew.WINDOWS if not result.answers:
            return "nothing was counted"
        case TooFew.WINDOWS:
            answers = counted(int(result.answers), "answer")
            return f"{answers} of {counted(result.devices, 'device')}: too few"
        case TooFew.DEVICES:
            return f"{counted(int(reason.count), 'device')}: too few"
        case TooFew.OTHER_DEVICES:
            return "no other devices to compare with, and no past"
        case TooFew.RECENT_DAYS:
            return "a whole day is needed to compare with the past"
        case _:
            return "too little to compare with"


def failure_text(result: GuardResult) -> str:
    """Returns a sentence about a guard that failed, for notices and the head of a page."""
    new, old = value_text(result.kind, result.new), value_text(result.kind, result.old)
    match result.kind:
        case GuardKind.INSTALLS:
            return f"{new} of {counted(result.devices, 'device')} could not install or keep it."
        case GuardKind.SELF_TEST:
            return f"{counted(int(result.new or 1), 'device')} computes other bits than the approved build."
        case GuardKind.LABELS:
            return f"“{result.subject}” is {_often(result)}: {old} before, {new} now."
        case GuardKind.CONFIDENCE:
            return f"The answers are less sure: {old} before, {new} now."
        case GuardKind.DRIFT:
            return f"What the model gets has changed ({result.subject}): {difference_text(result)}."
        case GuardKind.DISAGREEMENT:
            return f"In shadow it disagrees with the former version in {new} of the runs."
        case GuardKind.RESTARTS:
            return f"It restarts {new} times a day and device, {old} before."
        case GuardKind.MEMORY | GuardKind.TIME:
            what = "It needs more memory" if result.kind is GuardKind.MEMORY else "A run takes longer"
            return f"{what}: {old} before, {new} now."


def _often(result: GuardResult) -> str:
    if result.new and result.old:
        ratio = result.new / result.old
        if ratio >= _OFTEN:
            return f"answered {ratio:.0f} times as often"
        if ratio <= 1 / _OFTEN:
            return f"answered {1 / ratio:.0f} times less often"
    more = result.difference is not None and result.difference.value > 0
    return "answered more often" if more else "answered less often"
