"""Choosing the samples that measure ranges, and those that judge."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from rune.datasets.calibration import CALIBRATION_SPLITS, calibration_samples
from rune.datasets.splits import Split

SPLITS = {split: [(f"{label} {number}", label) for label in "ab" for number in range(9)] for split in Split}


def test_ranges_are_measured_on_train_and_forms_judged_on_validation() -> None:
    validation = [(f"own {name}", label) for name, label in SPLITS[Split.VALIDATION]]
    of_split = {Split.TRAIN: SPLITS[Split.TRAIN], Split.VALIDATION: validation}
    samples = calibration_samples(of_split, lambda each: each[1], Split.TRAIN)
    assert {each for each, measures in samples if measures} == set(SPLITS[Split.TRAIN])
    assert {each for each, measures in samples if not measures} == set(validation)


def test_half_of_each_label_judges_where_ranges_are_measured_on_validation() -> None:
    samples = calibration_samples(SPLITS, lambda each: each[1], Split.VALIDATION)
    assert {each for each, _ in samples} == set(SPLITS[Split.VALIDATION])
    assert Counter((label, measures) for (_, label), measures in samples) == {
        ("a", True): 5,
        ("a", False): 4,
        ("b", True): 5,
        ("b", False): 4,
    }


@given(st.lists(st.sampled_from("abc"), max_size=40), st.lists(st.sampled_from("abc"), max_size=40))
def test_no_sample_measures_and_judges_and_none_is_of_the_test_split(train: list[str], validation: list[str]) -> None:
    of_split = {
        Split.TRAIN: [("train", number, label) for number, label in enumerate(train)],
        Split.VALIDATION: [("validation", number, label) for number, label in enumerate(validation)],
        Split.TEST: [("test", 0, "a")],
    }
    for calibration in CALIBRATION_SPLITS:
        samples = [each for each, _ in calibration_samples(of_split, lambda each: each[2], calibration)]
        assert len(set(samples)) == len(samples)
        assert "test" not in {each[0] for each in samples}
