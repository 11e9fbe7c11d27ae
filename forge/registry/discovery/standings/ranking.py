"""The order of a standing table, and two of its versions sample by sample. Pure, over what was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forge.registry.models import StandingEntry
from rune.assessment.evaluation.changes import EvaluationChange, evaluation_change
from rune.assessment.evaluation.evaluation import Evaluation
from rune.assessment.evaluation.wording import percent
from rune.statistics.intervals import Share, wilson
from rune.wording import counted


@dataclass(frozen=True)
class RankedEntry:
    """A version in a table. `rank` counts from 1, and is the same for equal accuracy; None for one that left or is no
    longer published."""

    rank: int | None
    entry: StandingEntry
    share: Share

    @property
    def accuracy(self) -> str:
        """`93.1 %`"""
        return percent(self.share.value)

    @property
    def between(self) -> str:
        """`90.2 to 95.4 %`: the interval in which the true value lies 95 times in 100."""
        return f"{percent(self.share.low).removesuffix(' %')} to {percent(self.share.high)}"


def ranked(present: Sequence[StandingEntry], former: Sequence[StandingEntry]) -> list[RankedEntry]:
    """The versions by accuracy, the best first, and behind them those that are no longer in it, the last first."""
    present = sorted(present, key=lambda each: (-_share(each), each.joined))
    shares = [_share(each) for each in present]
    first = {share: place for place, share in reversed(list(enumerate(shares, start=1)))}
    rows = [RankedEntry(first[_share(each)], each, wilson(each.right, each.sample_count)) for each in present]
    last_first = sorted(former, key=lambda each: each.left or each.joined, reverse=True)
    return rows + [RankedEntry(None, each, wilson(each.right, each.sample_count)) for each in last_first]


def difference(one: Evaluation, other: Evaluation) -> EvaluationChange:
    """The samples that only one of two versions has right: `better` are those of `one`."""
    return evaluation_change(other, one)


def difference_sentence(one: str, other: str, change: EvaluationChange) -> str:
    """Returns which of two versions is better on the samples that both ran on, and whether that is more than chance."""
    better, worse = len(change.better), len(change.worse)
    on = f"on the same {counted(change.common, 'sample')}"
    if better == worse:
        return f"Neither is better {on}: each has {counted(better, 'sample')} right that the other has wrong."
    first, second = (one, other) if better > worse else (other, one)
    counts = f"{max(better, worse)} right that {second} has wrong, and {min(better, worse)} the other way round"
    if change.is_significant:
        return f"{first} is better than {second} {on}: {counts}. Chance gives that {_odds(change.chance)}."
    return f"{first} has more right than {second} {on}, which may be chance: {counts}."


def _odds(chance: float) -> str:
    """`in 3 of 100 cases`"""
    return "in fewer than 1 of 1,000 cases" if chance < 0.001 else f"in {chance * 100:.2g} of 100 cases"


def _share(entry: StandingEntry) -> float:
    return entry.right / entry.sample_count
