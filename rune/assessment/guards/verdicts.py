"""The verdicts of guards: passed, failed, or not judged and why. The words are the caller's."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rune.assessment.guards.limits import GuardKind
from rune.statistics.not_judged import NotJudged


class GuardVerdict(StrEnum):
    """The verdict of a guard at a look."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_JUDGED = "not judged"


class ComparedWith(StrEnum):
    """The devices and days with which a figure was compared."""

    STAYED_CHANGE = "change of the others"
    """Each device with its own past, and that change with the change of the devices that stayed."""
    STAYED = "others"
    """The devices that stayed, in the same hours."""
    OWN_PAST = "own past"
    """Each device with its own past."""
    LIMIT = "limit"
    """The limit alone."""


@dataclass(frozen=True)
class GuardDifference:
    """A difference with its 95 % range from `low` to `high`, in the unit of its guard, and how likely it is beyond the
    limit by chance (`p`)."""

    value: float
    low: float
    high: float
    p: float
    compared: ComparedWith


@dataclass(frozen=True)
class EstimatedMean:
    """The mean difference of some devices with its 95 % range, in the unit of its guard."""

    value: float
    low: float
    high: float
    devices: int


@dataclass(frozen=True)
class GuardCarrier:
    """The group of devices with the new rune that explains a difference beyond chance: those whose label `attribute`
    has `value`."""

    attribute: str
    value: str
    share: float
    """The part of these devices of the sum of all differences; above 1 where the others differ the other way."""
    own: EstimatedMean
    others: EstimatedMean
    same: tuple[tuple[str, str], ...] = ()
    """Other labels with their values that nearly the same devices have."""


@dataclass(frozen=True)
class GuardResult:
    """The result of a guard at a look."""

    kind: GuardKind
    verdict: GuardVerdict
    limit: float
    subject: str = ""
    """The label or the feature; "" of the other guards."""
    new: float | None = None
    """The mean figure of the devices with the new rune; also where so few of them could not be judged."""
    old: float | None = None
    """The mean figure that it is compared with."""
    difference: GuardDifference | None = None
    devices: int = 0
    """The devices with the new rune that were judged."""
    others: int = 0
    """The devices that stayed and were compared with."""
    answers: int = 0
    """The answers of the devices with the new rune."""
    reason: NotJudged | None = None
    """The reason why it was not judged; None where it was."""
    alpha: float = 0.0
    """The probability at this look below which the guard fails."""
    carrier: GuardCarrier | None = None
    """The devices that carry the difference of a guard that failed; None where no group does beyond chance."""

    @property
    def is_close(self) -> bool:
        """True if it passed and its 95 % range has the limit in it."""
        difference = self.difference
        if self.verdict is not GuardVerdict.PASSED or difference is None or not difference.value:
            return False
        return difference.high > self.limit or difference.low < -self.limit


def worst_of(results: tuple[GuardResult, ...]) -> GuardResult | None:
    """Returns the result that decides about a guard with several, such as one a label: one that failed, the surest
    first; else one that was not judged; else the one that is nearest to its limit. None of no result."""

    def rank(result: GuardResult) -> tuple[int, float]:
        p = 1.0 if result.difference is None else result.difference.p
        order = {GuardVerdict.FAILED: 0, GuardVerdict.NOT_JUDGED: 1, GuardVerdict.PASSED: 2}
        return order[result.verdict], p

    return min(results, key=rank, default=None)
