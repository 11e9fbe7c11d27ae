"""The group of devices that carries what a guard found is named where it explains it beyond chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.field.simulated_rollout import LAYOUT
from rune.assessment.guards.carriers import labelled_devices, with_carriers
from rune.assessment.guards.evidence import CountTable, DeviceSide, InstallCounts, PairTable, StageEvidence
from rune.assessment.guards.judging import judge_guards
from rune.assessment.guards.limits import DEFAULT_LIMITS, GuardKind
from rune.assessment.guards.looks import GuardLook
from rune.assessment.guards.verdicts import GuardCarrier, GuardResult, GuardVerdict
from rune.watch.counts import Counts

DEVICES = tuple(f"gate-{number}" for number in range(24))
LIMITS = {each.kind: each for each in DEFAULT_LIMITS}
BATCHES = {name: {"batch": "AB"[number % 4 > 0], "site": str(number)} for number, name in enumerate(DEVICES)}
LOOK = GuardLook(stages=1, guards=1, hour=24, hours=24, longest=24)


def counted(knocks: int, microseconds: int = 1_000_000) -> Counts:
    """The counts of 100 runs."""
    nothing = Counts.empty(LAYOUT)
    labels = (100 - knocks, 0, knocks, *(0,) * (LAYOUT.sizes[0] - 3))
    confidence = (100, *(0,) * (LAYOUT.sizes[1] - 1))
    time = (0, 0, 100, *(0,) * (len(nothing.time) - 3))
    return replace(nothing, labels=labels, confidence=confidence, time=time, answers=100, microseconds=microseconds)


def side(now: list[Counts], past: list[Counts]) -> DeviceSide:
    names = DEVICES[: len(now)]
    return DeviceSide(CountTable.of(LAYOUT, now), CountTable.of(LAYOUT, past), np.zeros(len(now)), names)


def scatter(number: int) -> int:
    """Returns how far a device is off by chance, -10 to 10."""
    return number * 8 % 21 - 10


def evidence(new_counts: list[Counts]) -> StageEvidence:
    past = [counted(20)] * len(DEVICES)
    usual = [counted(20 + scatter(number), 1_000_000 + 20_000 * scatter(number)) for number in range(len(DEVICES))]
    return StageEvidence(InstallCounts(len(new_counts)), side(new_counts, past[: len(new_counts)]), side(usual, past))


def carrier(
    stage: StageEvidence, kind: GuardKind, subject: str = "", attributes: Mapping[str, dict[str, str]] = BATCHES
) -> GuardCarrier | None:
    """Returns the carrier of a result that failed."""
    results = with_carriers(judge_guards(stage, [LIMITS[kind]], LOOK), stage, attributes)
    result: GuardResult = next(each for each in results if each.subject == subject)
    assert result.verdict is GuardVerdict.FAILED
    return result.carrier


def of_batch(number: int) -> bool:
    return BATCHES[DEVICES[number]]["batch"] == "B"


def test_the_batch_that_makes_it_is_named_with_both_differences() -> None:
    name = LAYOUT.labels.names[2] if LAYOUT.labels else ""
    new_counts = [counted(20 + scatter(number) + 40 * of_batch(number)) for number in range(len(DEVICES))]
    result = carrier(evidence(new_counts), GuardKind.LABELS, name)
    assert result is not None
    assert (result.attribute, result.value, result.own.devices, result.others.devices) == ("batch", "B", 18, 6)
    assert result.share == pytest.approx(1, abs=0.1)
    assert result.own.low < 0.4 < result.own.high
    assert result.others.low < 0 < result.others.high
    assert result.same == ()


def test_a_difference_of_all_devices_has_no_carrier() -> None:
    name = LAYOUT.labels.names[2] if LAYOUT.labels else ""
    new_counts = [counted(60 + scatter(number)) for number in range(len(DEVICES))]
    assert carrier(evidence(new_counts), GuardKind.LABELS, name) is None


def test_a_ratio_is_said_as_a_part() -> None:
    times = [1_000_000 + 20_000 * scatter(number) + 900_000 * of_batch(number) for number in range(len(DEVICES))]
    new_counts = [counted(20 + scatter(number), time) for number, time in enumerate(times)]
    result = carrier(evidence(new_counts), GuardKind.TIME)
    assert result is not None
    assert (result.attribute, result.value) == ("batch", "B")
    assert result.own.low < 0.9 < result.own.high


def test_the_batch_that_disagrees_in_shadow_is_named() -> None:
    counts = np.zeros((len(DEVICES), 2, 2))
    for number in range(len(DEVICES)):
        differing = number % 3 + 60 * of_batch(number)
        counts[number] = [[200 - differing, differing], [0, 100]]
    beside = PairTable(("nothing", "knock"), ("nothing", "knock"), counts, devices=DEVICES)
    stage = replace(evidence([]), pairs=beside)
    result = carrier(stage, GuardKind.DISAGREEMENT)
    assert result is not None
    assert (result.attribute, result.value) == ("batch", "B")
    assert result.own.value == pytest.approx(0.2, abs=0.01)
    assert result.others.value == pytest.approx(0, abs=0.01)
    assert labelled_devices(stage) == DEVICES


@pytest.mark.parametrize("kind", [GuardKind.INSTALLS, GuardKind.SELF_TEST])
def test_guards_that_count_devices_have_none(kind: GuardKind) -> None:
    stage = replace(evidence([counted(10)] * 12), installs=InstallCounts(6, 6, 6, 6))
    assert carrier(stage, kind) is None


def test_without_labels_there_is_none() -> None:
    name = LAYOUT.labels.names[2] if LAYOUT.labels else ""
    new_counts = [counted(20 + scatter(number) + 40 * of_batch(number)) for number in range(len(DEVICES))]
    assert carrier(evidence(new_counts), GuardKind.LABELS, name, {}) is None
