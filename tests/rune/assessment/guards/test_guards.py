"""Guards fail where devices behave differently, pass where they do not, and say where they cannot judge."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from benchmarks.field.simulated_rollout import (
    LAYOUT,
    NAMES,
    NewRune,
    SimulatedRollout,
    random_on,
    swapped,
)
from rune.assessment.guards.evidence import CountTable, DeviceSide, InstallCounts, PairTable, StageEvidence
from rune.assessment.guards.judging import count_tested_guards, judge_guards
from rune.assessment.guards.limits import DEFAULT_LIMITS, BadLimits, GuardKind, GuardLimit, checked_limits
from rune.assessment.guards.looks import GuardLook
from rune.assessment.guards.verdicts import ComparedWith, GuardResult, GuardVerdict, worst_of
from rune.statistics.not_judged import TooFew
from rune.watch.counts import Counts
from rune.watch.layout import ConfidenceBins, FeatureBins, LabelBins, WatchLayout

LOOK = GuardLook(stages=3, guards=7, hour=24, hours=24, longest=96)
LIMITS = {each.kind: each for each in DEFAULT_LIMITS}


def stage(rune: NewRune, hours: int = 24, new_devices: int = 60, devices: int = 240) -> StageEvidence:
    fleet = SimulatedRollout(1, devices, 0.02, rune)
    fleet.begin_stage(new_devices)
    for _ in range(hours):
        fleet.hour()
    return fleet.evidence()


def judged(evidence: StageEvidence, kind: GuardKind, look: GuardLook = LOOK) -> GuardResult:
    result = worst_of(judge_guards(evidence, [LIMITS[kind]], look))
    assert result is not None
    return result


@pytest.mark.parametrize(
    ("rune", "kind", "subjects"),
    [
        (NewRune(slowness=1.3), GuardKind.TIME, {""}),
        (NewRune(restarts=1.0), GuardKind.RESTARTS, {""}),
        (NewRune(mix=swapped), GuardKind.LABELS, {"speech", "knock"}),
        (NewRune(mix=random_on(0.05)), GuardKind.LABELS, {"glass"}),
    ],
)
def test_a_rune_with_a_fault_fails_the_guard_of_its_fault_alone(
    rune: NewRune, kind: GuardKind, subjects: set[str]
) -> None:
    results = judge_guards(stage(rune), DEFAULT_LIMITS, LOOK)
    failures = [each for each in results if each.verdict is GuardVerdict.FAILED]
    assert {each.kind for each in failures} == {kind}
    assert {each.subject for each in failures} <= subjects


def test_a_harmless_rune_passes_all_that_can_be_judged() -> None:
    results = judge_guards(stage(NewRune()), DEFAULT_LIMITS, LOOK)
    verdicts = {each.kind: each.verdict for each in results}
    assert verdicts.pop(GuardKind.DISAGREEMENT) is GuardVerdict.NOT_JUDGED
    assert set(verdicts.values()) == {GuardVerdict.PASSED}


def test_a_range_stands_beside_each_difference() -> None:
    for each in judge_guards(stage(NewRune(slowness=1.3)), DEFAULT_LIMITS, LOOK):
        if each.difference is not None:
            assert each.difference.low <= each.difference.value <= each.difference.high
    time = judged(stage(NewRune(slowness=1.3)), GuardKind.TIME)
    assert time.difference is not None
    assert time.difference.low < 0.3 < time.difference.high
    assert time.difference.compared is ComparedWith.STAYED_CHANGE


def test_few_devices_and_few_answers_are_not_judged_and_say_so() -> None:
    evidence = stage(NewRune(mix=swapped), hours=1, new_devices=4)
    assert judged(evidence, GuardKind.LABELS).reason is not None
    reason = judged(stage(NewRune(mix=swapped), new_devices=4), GuardKind.LABELS).reason
    assert reason is not None
    assert (reason.lack, reason.count, reason.needed) == (TooFew.DEVICES, 4, 5)
    one_hour = judged(stage(NewRune(), hours=1, new_devices=6), GuardKind.LABELS)
    assert one_hour.verdict is GuardVerdict.NOT_JUDGED
    assert one_hour.answers < 300


def test_devices_that_are_too_few_to_fail_do_not_pass() -> None:
    evidence = stage(NewRune(mix=swapped), new_devices=6, devices=12)
    result = judged(evidence, GuardKind.LABELS)
    assert result.verdict is GuardVerdict.NOT_JUDGED
    assert result.reason is not None
    assert (result.reason.lack, result.reason.count) == (TooFew.DEVICES, 6)
    # The figures are shown, without a difference that nobody could be sure of.
    assert None not in (result.new, result.old)
    assert result.difference is None
    assert result.reason.needed > 6
    assert judged(stage(NewRune(mix=swapped), new_devices=6), GuardKind.LABELS).verdict is GuardVerdict.FAILED


def test_without_a_past_devices_are_compared_as_they_are() -> None:
    evidence = without_past(stage(NewRune(slowness=1.3)))
    result = judged(evidence, GuardKind.TIME)
    assert result.difference is not None
    assert result.difference.compared is ComparedWith.STAYED
    assert result.verdict is GuardVerdict.FAILED


def test_without_other_devices_whole_days_are_compared_with_the_past() -> None:
    evidence = without_others(stage(NewRune(slowness=1.3)))
    result = judged(evidence, GuardKind.TIME)
    assert result.difference is not None
    assert result.difference.compared is ComparedWith.OWN_PAST
    assert result.verdict is GuardVerdict.FAILED
    assert (
        judged(replace(evidence, whole_days=False), GuardKind.TIME).reason
        == judged(replace(evidence, whole_days=False), GuardKind.MEMORY).reason
    )


def test_without_anything_to_compare_with_nothing_is_judged() -> None:
    evidence = without_others(without_past(stage(NewRune(slowness=1.3))))
    reason = judged(evidence, GuardKind.TIME).reason
    assert reason is not None
    assert reason.lack is TooFew.OTHER_DEVICES


def test_a_difference_within_the_limit_passes_however_sure_it_is() -> None:
    evidence = stage(NewRune(slowness=1.05))
    result = judged(evidence, GuardKind.TIME)
    assert result.verdict is GuardVerdict.PASSED
    assert result.difference is not None
    assert result.difference.low > 0
    strict = GuardLimit(GuardKind.TIME, 0.0)
    assert judge_guards(evidence, [strict], LOOK)[0].verdict is GuardVerdict.FAILED


def test_a_faster_rune_and_less_memory_are_no_harm() -> None:
    assert judged(stage(NewRune(slowness=0.5)), GuardKind.TIME).verdict is GuardVerdict.PASSED


def test_a_label_has_a_limit_by_its_share_or_one_of_its_own() -> None:
    limit = GuardLimit(GuardKind.LABELS, 0.03, {"glass": 0.01})
    assert limit.of_label("nothing", 0.5) == 0.03
    assert limit.of_label("knock", 0.1) == pytest.approx(0.018)
    assert limit.of_label("rare", 0.001) == 0.005
    assert limit.of_label("glass", 0.5) == 0.01


def test_labels_that_are_new_are_not_compared_with_others() -> None:
    evidence = stage(NewRune())
    names = LabelBins(("nothing", "speech", "knock", "bell"), (0, 1, 2, 3))
    layout = WatchLayout(names, LAYOUT.confidence, LAYOUT.features)
    evidence = replace(evidence, moved=replace(evidence.moved, now=replace(evidence.moved.now, layout=layout)))
    results = {each.subject: each.verdict for each in judge_guards(evidence, [LIMITS[GuardKind.LABELS]], LOOK)}
    assert results["bell"] is GuardVerdict.NOT_JUDGED
    assert results["speech"] is GuardVerdict.PASSED


def test_a_feature_in_other_bins_is_not_judged() -> None:
    evidence = stage(NewRune())
    feature = replace(LAYOUT.features[0], edges=tuple(each + 1 for each in LAYOUT.features[0].edges))
    layout = WatchLayout(LAYOUT.labels, LAYOUT.confidence, (feature,))
    evidence = replace(evidence, moved=replace(evidence.moved, now=replace(evidence.moved.now, layout=layout)))
    assert judged(evidence, GuardKind.DRIFT).verdict is GuardVerdict.NOT_JUDGED


@pytest.mark.parametrize(
    ("running", "failed", "verdict"),
    [
        (0, 0, GuardVerdict.NOT_JUDGED),
        (1, 0, GuardVerdict.NOT_JUDGED),
        (60, 0, GuardVerdict.PASSED),
        (59, 1, GuardVerdict.PASSED),
        (0, 6, GuardVerdict.FAILED),
        (40, 20, GuardVerdict.FAILED),
    ],
)
def test_installations_fail_beyond_what_the_limit_makes_likely(
    running: int, failed: int, verdict: GuardVerdict
) -> None:
    evidence = replace(stage(NewRune()), installs=InstallCounts(running, failed))
    assert judged(evidence, GuardKind.INSTALLS).verdict is verdict


def test_one_device_with_other_bits_is_enough() -> None:
    evidence = replace(stage(NewRune()), installs=InstallCounts(59, 1, 59, 1))
    assert judged(evidence, GuardKind.SELF_TEST).verdict is GuardVerdict.FAILED


def test_with_telemetry_off_only_reports_are_judged() -> None:
    evidence = replace(stage(NewRune(mix=swapped, restarts=2.0)), is_counted=False)
    verdicts = {each.kind: each.verdict for each in judge_guards(evidence, DEFAULT_LIMITS, LOOK)}
    assert verdicts[GuardKind.LABELS] is GuardVerdict.NOT_JUDGED
    assert verdicts[GuardKind.RESTARTS] is GuardVerdict.FAILED
    assert count_tested_guards(DEFAULT_LIMITS, is_counted=False) == 2


def test_shadow_shows_a_disagreement_that_no_mix_shows() -> None:
    fleet = SimulatedRollout(1, 30, 0.02, NewRune(mix=lambda mix: 0.95 * mix + 0.05 * swapped(mix)))
    for _ in range(24):
        fleet.shadow_hour()
    assert judged(fleet.evidence(), GuardKind.DISAGREEMENT).verdict is GuardVerdict.FAILED


def test_no_disagreement_passes_and_few_runs_are_not_judged() -> None:
    agreeing = np.tile(np.diag([100.0, 50.0, 20.0, 0.0]), (10, 1, 1))
    assert judged(pairs(agreeing), GuardKind.DISAGREEMENT).verdict is GuardVerdict.PASSED
    assert judged(pairs(agreeing[:3]), GuardKind.DISAGREEMENT).verdict is GuardVerdict.NOT_JUDGED
    assert judged(pairs(agreeing / 100), GuardKind.DISAGREEMENT).verdict is GuardVerdict.NOT_JUDGED


def test_counts_in_other_bins_make_no_table() -> None:
    with pytest.raises(ValueError, match="other bins"):
        CountTable.of(LAYOUT, [Counts((1, 2), (0,) * 16, ((0,) * 16,))])


def test_a_device_without_counts_has_zeros() -> None:
    table = CountTable.of(LAYOUT, [None, Counts.empty(LAYOUT)])
    assert table.bins.shape == (2, sum(LAYOUT.sizes))
    assert table.answers == 0
    assert CountTable.of(LAYOUT, []).bins.shape == (0, sum(LAYOUT.sizes))


@pytest.mark.parametrize(
    "value",
    [
        "labels",
        {"kind": "weather", "limit": 1},
        {"kind": "labels"},
        {"kind": "labels", "limit": True},
        {"kind": "labels", "limit": -0.1},
        {"kind": "labels", "limit": float("nan")},
        {"kind": "time", "limit": 0.1, "labels": {"a": 0.1}},
        {"kind": "labels", "limit": 0.1, "labels": [0.1]},
        {"kind": "self-test", "limit": 1},
        {"kind": "labels", "limit": 0.1, "labels": {str(number): 0.1 for number in range(65)}},
    ],
)
def test_limits_that_cannot_be_are_refused(value: Any) -> None:
    with pytest.raises(BadLimits):
        GuardLimit.from_json(value)


def test_a_guard_has_one_limit_and_comes_back_from_json() -> None:
    with pytest.raises(BadLimits):
        checked_limits((DEFAULT_LIMITS[0], DEFAULT_LIMITS[0]))
    for each in (*DEFAULT_LIMITS, GuardLimit(GuardKind.LABELS, 0.03, {"glass": 0.01})):
        assert GuardLimit.from_json(each.to_json()) == each


def test_looks_spend_no_more_than_the_budget() -> None:
    look = GuardLook(stages=2, guards=4, hour=1, hours=30, longest=40)
    levels = [replace(look, hour=hour).p_of_guard(1) for hour in range(1, 60)]
    assert max(levels) <= look.alpha / 8
    assert levels[40:] == [0.0] * 19
    assert sum(levels[30:40]) == pytest.approx(look.alpha / 8 / 10)
    assert levels[0] < levels[15] < levels[29]


def test_a_long_stage_has_as_many_looks_as_are_told_apart() -> None:
    look = GuardLook(stages=1, guards=1, hour=1, hours=200, longest=200)
    levels = [replace(look, hour=hour).p_of_guard(1) for hour in range(1, 201)]
    assert sum(level > 0 for level in levels) <= 96
    assert levels[-1] > 0


def without_past(evidence: StageEvidence) -> StageEvidence:
    return replace(evidence, moved=forgetful(evidence.moved), stayed=forgetful(evidence.stayed))


def forgetful(side: DeviceSide) -> DeviceSide:
    nothing = CountTable.of(LAYOUT, [None] * len(side.restarts))
    return replace(side, past=nothing)


def without_others(evidence: StageEvidence) -> StageEvidence:
    nothing = CountTable.of(LAYOUT, [])
    return replace(evidence, stayed=DeviceSide(nothing, nothing, np.zeros(0)))


def pairs(counts: np.ndarray[Any, Any]) -> StageEvidence:
    return replace(stage(NewRune(), hours=1), pairs=PairTable(NAMES, NAMES, counts))


def test_a_rune_without_labels_is_judged_by_its_runs() -> None:
    layout = WatchLayout(None, None, ())
    counts = Counts(time=(0, 0, 40, 0, 0, 0, 0, 0), answers=40, microseconds=400_000, memory=9000)
    slow = replace(counts, microseconds=600_000)
    new = DeviceSide(CountTable.of(layout, [slow] * 10), CountTable.of(layout, [counts] * 10), np.zeros(10))
    old = DeviceSide(CountTable.of(layout, [counts] * 10), CountTable.of(layout, [counts] * 10), np.zeros(10))
    evidence = StageEvidence(InstallCounts(10), new, old)
    assert judged(evidence, GuardKind.TIME).verdict is GuardVerdict.FAILED
    assert judged(evidence, GuardKind.LABELS).verdict is GuardVerdict.NOT_JUDGED
    assert judged(evidence, GuardKind.CONFIDENCE).verdict is GuardVerdict.NOT_JUDGED


def test_a_rune_that_is_less_sure_fails() -> None:
    layout = WatchLayout(LAYOUT.labels, ConfidenceBins((0.5,)), ())
    sure, unsure = Counts((50, 0, 0, 0), (0, 50), ()), Counts((50, 0, 0, 0), (25, 25), ())
    new = DeviceSide(CountTable.of(layout, [unsure] * 10), CountTable.of(layout, [sure] * 10), np.zeros(10))
    old = DeviceSide(CountTable.of(layout, [sure] * 10), CountTable.of(layout, [sure] * 10), np.zeros(10))
    evidence = StageEvidence(InstallCounts(10), new, old)
    result = judged(evidence, GuardKind.CONFIDENCE)
    assert (result.new, result.old, result.verdict) == (0.5, 0.75, GuardVerdict.FAILED)


def test_a_feature_that_lies_elsewhere_fails() -> None:
    feature = FeatureBins("audio", 0, LAYOUT.features[0].statistic, (-1.0, 0.0, 1.0))
    layout = WatchLayout(None, None, (feature,))
    low, high = (
        Counts((), (), ((10, 20, 20, 10),), (60, *(0,) * 7), 60),
        Counts((), (), ((0, 5, 25, 30),), (60, *(0,) * 7), 60),
    )
    new = DeviceSide(CountTable.of(layout, [high] * 12), CountTable.of(layout, [low] * 12), np.zeros(12))
    old = DeviceSide(CountTable.of(layout, [low] * 12), CountTable.of(layout, [low] * 12), np.zeros(12))
    evidence = StageEvidence(InstallCounts(12), new, old, reference=low)
    assert judged(evidence, GuardKind.DRIFT).verdict is GuardVerdict.FAILED
