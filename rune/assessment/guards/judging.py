"""Judges the guards of a stage at a look: the results of each guard, of which one that failed stops the rollout."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from rune.assessment.guards.comparing import FigureComparison, compare, devices_to_fail
from rune.assessment.guards.evidence import InstallCounts, PairTable, StageEvidence
from rune.assessment.guards.figures import MIN_DEVICE_WINDOWS, GuardFigure, figures_of
from rune.assessment.guards.limits import ALWAYS, GuardKind, GuardLimit
from rune.assessment.guards.looks import GuardLook
from rune.assessment.guards.verdicts import ComparedWith, GuardDifference, GuardResult, GuardVerdict
from rune.statistics.by_device import effect_of
from rune.statistics.distributions import student_tail
from rune.statistics.intervals import wilson
from rune.statistics.not_judged import MIN_DEVICES, MIN_WINDOWS, NotJudged, TooFew
from rune.statistics.sequential import Spending

OF_ANSWERS = frozenset({GuardKind.LABELS, GuardKind.CONFIDENCE, GuardKind.DRIFT, GuardKind.TIME})
"""The guards that need enough answers."""


def judge_guards(evidence: StageEvidence, limits: Sequence[GuardLimit], look: GuardLook) -> tuple[GuardResult, ...]:
    """Returns the results of guards at a look, in the order of `limits`; a guard of labels or features has one for
    each. `look.guards` are the guards that share the budget: `count_tested_guards(limits)` of them."""
    return tuple(result for limit in limits for result in _results(evidence, limit, look))


def count_tested_guards(limits: Sequence[GuardLimit], *, is_counted: bool) -> int:
    """Returns how many guards may fail by chance: without telemetry, those of installations and restarts."""
    return sum(each.kind is not GuardKind.SELF_TEST and (is_counted or each.kind in ALWAYS) for each in limits)


def _results(evidence: StageEvidence, limit: GuardLimit, look: GuardLook) -> Iterator[GuardResult]:
    match limit.kind:
        case GuardKind.INSTALLS:
            yield _installs(evidence.installs, limit, look)
        case GuardKind.SELF_TEST:
            yield _self_test(evidence.installs, limit)
        case GuardKind.DISAGREEMENT:
            yield _disagreement(evidence.pairs, limit, look)
        case kind:
            figures = tuple(figures_of(kind, evidence)) if evidence.is_counted or kind in ALWAYS else ()
            if not figures:
                yield GuardResult(kind, GuardVerdict.NOT_JUDGED, limit.limit, reason=NotJudged(TooFew.WINDOWS, 0, 1))
            for figure in figures:
                yield _figure(evidence, figure, limit, look, len(figures))


def _installs(installs: InstallCounts, limit: GuardLimit, look: GuardLook) -> GuardResult:
    """Judges the part of the devices whose installation failed, by the exact binomial tail at the limit: C. Clopper and
    E. Pearson, "The use of confidence or fiducial limits", Biometrika 26 (1934)."""
    count = installs.running + installs.failed
    if not count:
        return GuardResult(limit.kind, GuardVerdict.NOT_JUDGED, limit.limit, reason=NotJudged(TooFew.DEVICES, 0, 1))
    p = min(1.0, 2 * _binomial_tail(installs.failed, count, limit.limit))
    alpha = look.p_of_guard(1, Spending.POCOCK)
    share = wilson(installs.failed, count)
    difference = GuardDifference(share.value, share.low, share.high, p, ComparedWith.LIMIT)
    verdict = GuardVerdict.FAILED if p < alpha and share.value > limit.limit else GuardVerdict.PASSED
    if verdict is GuardVerdict.PASSED and count < MIN_DEVICES:
        verdict = GuardVerdict.NOT_JUDGED
    reason = NotJudged(TooFew.DEVICES, count, MIN_DEVICES) if verdict is GuardVerdict.NOT_JUDGED else None
    return GuardResult(
        limit.kind,
        verdict,
        limit.limit,
        new=share.value,
        difference=difference,
        devices=count,
        reason=reason,
        alpha=alpha,
    )


def _self_test(installs: InstallCounts, limit: GuardLimit) -> GuardResult:
    """Judges the self-tests: the bits are the same or not, so one device is enough."""
    count = installs.self_tests_passed + installs.self_tests_failed
    if not count:
        return GuardResult(limit.kind, GuardVerdict.NOT_JUDGED, 0.0, reason=NotJudged(TooFew.DEVICES, 0, 1))
    verdict = GuardVerdict.FAILED if installs.self_tests_failed else GuardVerdict.PASSED
    return GuardResult(limit.kind, verdict, 0.0, new=float(installs.self_tests_failed), devices=count)


def _figure(
    evidence: StageEvidence, figure: GuardFigure, limit: GuardLimit, look: GuardLook, tests: int
) -> GuardResult:
    kind, answers = figure.kind, evidence.moved.now.answers
    comparison: FigureComparison | NotJudged
    if kind in OF_ANSWERS and answers < MIN_WINDOWS:
        comparison = NotJudged(TooFew.WINDOWS, answers, MIN_WINDOWS)
    else:
        comparison = compare(figure, limit, whole_days=evidence.whole_days)
    alpha = look.p_of_guard(tests, Spending.POCOCK if kind is GuardKind.RESTARTS else Spending.OBRIEN_FLEMING)
    new: float | None = None
    old: float | None = None
    if isinstance(comparison, FigureComparison) and 0 < alpha <= comparison.least_p:
        # So few devices cannot fail at this look, whatever they do, and so they do not pass either.
        new, old = comparison.new, comparison.old
        needed_devices = devices_to_fail(comparison.others, alpha)
        comparison = NotJudged(TooFew.DEVICES, comparison.devices, needed_devices)
    if isinstance(comparison, NotJudged):
        return GuardResult(
            kind,
            GuardVerdict.NOT_JUDGED,
            limit.limit,
            figure.subject,
            new,
            old,
            devices=len(figure.moved.known),
            answers=answers,
            reason=comparison,
        )
    return GuardResult(
        kind,
        GuardVerdict.FAILED if comparison.difference.p < alpha else GuardVerdict.PASSED,
        comparison.limit,
        figure.subject,
        comparison.new,
        comparison.old,
        comparison.difference,
        comparison.devices,
        comparison.others,
        answers,
        alpha=alpha,
    )


def _disagreement(pairs: PairTable | None, limit: GuardLimit, look: GuardLook) -> GuardResult:
    """Judges the mean over devices of the part of the runs in which both runes disagree, by Student's t."""
    counts = np.zeros((0, 1, 1)) if pairs is None else pairs.counts
    totals = counts.sum(axis=(1, 2))
    devices, runs = int((totals >= MIN_DEVICE_WINDOWS).sum()), int(totals.sum())
    for lack, count, least in ((TooFew.DEVICES, devices, MIN_DEVICES), (TooFew.WINDOWS, runs, MIN_WINDOWS)):
        if count < least:
            reason = NotJudged(lack, count, least)
            return GuardResult(
                limit.kind, GuardVerdict.NOT_JUDGED, limit.limit, devices=devices, answers=runs, reason=reason
            )
    is_known = totals >= MIN_DEVICE_WINDOWS
    agreements = np.zeros(0) if pairs is None else pairs.agreements[is_known]
    shares = 1 - agreements / totals[is_known]
    mean, alpha = float(shares.mean()), look.p_of_guard(1)
    # Of devices that never disagreed, the next run may be the first, so the spread is never 0.
    spread = max(float(shares.std(ddof=1)), 1 / runs)
    error, degrees = spread / math.sqrt(devices), devices - 1
    p = min(1.0, 2 * float(student_tail((mean - limit.limit) / error, degrees)))
    effect = effect_of(mean, error, degrees, devices, p)
    difference = GuardDifference(mean, max(0.0, effect.low), effect.high, p, ComparedWith.LIMIT)
    verdict = GuardVerdict.FAILED if p < alpha else GuardVerdict.PASSED
    return GuardResult(
        limit.kind,
        verdict,
        limit.limit,
        new=mean,
        difference=difference,
        devices=devices,
        answers=runs,
        alpha=alpha,
    )


def _binomial_tail(count: int, of: int, share: float) -> float:
    """Returns the probability of at least `count` of `of` at a share 0 to 1."""
    if count == 0 or share >= 1:
        return 1.0
    if share <= 0:
        return 0.0
    logs = [
        math.lgamma(of + 1)
        - math.lgamma(k + 1)
        - math.lgamma(of - k + 1)
        + k * math.log(share)
        + (of - k) * math.log1p(-share)
        for k in range(count, of + 1)
    ]
    return min(1.0, math.fsum(math.exp(each) for each in logs))
