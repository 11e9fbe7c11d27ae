"""Splits: by group, stable whatever comes later, near the shares; and the sentences about what is weak."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from forge.datasets.splits.warnings import LabelCounts, split_warnings
from rune.datasets.splits import SHARES, Split, split_of_new_group, split_of_single

ARRIVALS = some.lists(some.tuples(some.integers(0, 30), some.sampled_from(["knock", "glass", "speech"])), max_size=120)


def placed(arrivals: list[tuple[int, str]]) -> list[tuple[int, str, Split]]:
    """Each sample with its split, as a data set gives it when they come in this order."""
    groups: dict[int, Split] = {}
    counts: dict[Split, Counter[str]] = {split: Counter() for split in Split}
    samples = []
    for group, label in arrivals:
        if group not in groups:
            groups[group] = split_of_new_group({label: 1}, counts)
        counts[groups[group]][label] += 1
        samples.append((group, label, groups[group]))
    return samples


@pytest.mark.slow
@settings(max_examples=50, deadline=None)
@given(ARRIVALS, ARRIVALS)
def test_no_sample_changes_sides_because_others_come(first: list[tuple[int, str]], more: list[tuple[int, str]]) -> None:
    assert placed([*first, *more])[: len(first)] == placed(first)


@pytest.mark.protects("recordings/people-on-two-sides")
@settings(max_examples=50, deadline=None)
@given(ARRIVALS)
def test_samples_of_one_group_are_in_one_split(arrivals: list[tuple[int, str]]) -> None:
    sides: dict[int, set[Split]] = {}
    for group, _, split in placed(arrivals):
        sides.setdefault(group, set()).add(split)
    assert all(len(splits) == 1 for splits in sides.values())


def test_groups_of_one_size_that_come_one_after_the_other_have_the_shares() -> None:
    samples = placed([(group, "knock") for group in range(40) for _ in range(5)])
    shares = Counter(split for *_, split in samples)
    assert all(abs(shares[split] / len(samples) - share) < 0.03 for split, share in SHARES.items())


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(some.permutations([group for group in range(40) for _ in range(5)]))
def test_each_split_has_groups_and_most_train_in_whichever_order_samples_come(order: list[int]) -> None:
    """A group is placed by its first sample, when nobody knows how many will follow: shares are only nearly met."""
    shares = Counter(split for *_, split in placed([(group, "knock") for group in order]))
    assert set(shares) == set(Split)
    assert shares[Split.TRAIN] > max(shares[Split.TEST], shares[Split.VALIDATION])


def test_the_first_group_trains_and_the_next_ones_fill_the_other_splits() -> None:
    assert [split for *_, split in placed([(1, "a"), (2, "a"), (3, "a")])] == [
        Split.TRAIN,
        Split.TEST,
        Split.VALIDATION,
    ]


def test_a_single_sample_has_the_split_that_its_digest_says() -> None:
    data_set = UUID(int=7)
    splits = [split_of_single(data_set, f"sha256:{number:064x}") for number in range(2000)]
    assert splits == [split_of_single(data_set, f"sha256:{number:064x}") for number in range(2000)]
    shares = Counter(splits)
    assert all(abs(shares[split] / 2000 - share) < 0.03 for split, share in SHARES.items())


def test_warnings_name_a_missing_split_and_a_label_of_one_person() -> None:
    even = LabelCounts("knock", {"train": 7, "validation": 2, "test": 2}, {"1": 4, "2": 4, "3": 3})
    lopsided = LabelCounts("glass", {"train": 7, "test": 1}, {"1": 7, "2": 1})
    lonely = LabelCounts("ring", {"train": 5}, {"4": 5})
    assert split_warnings([lonely, even, lopsided]) == [
        "glass has no samples for validation. Collect from more people.",
        "All samples of ring come from one person or device, so there are none for validation and test. Collect from "
        "more people.",
        "glass: 2 people or devices, 88 % of the samples from one of them.",
    ]


def test_one_person_is_one_warning_however_many_labels_there_are() -> None:
    labels = [LabelCounts(label, {"train": 5}, {"4": 5}) for label in ("knock", "glass", "ring")]
    assert split_warnings(labels) == [
        "All samples come from one person or device, so there are none for validation and test. Collect from more "
        "people."
    ]
    assert split_warnings([*labels, LabelCounts("bell", {"train": 4}, {"1": 2, "2": 2})]) == [
        "bell has no samples for validation and test. Collect from more people.",
        "All samples of glass, knock and ring come from one person or device, so there are none for validation and "
        "test. Collect from more people.",
    ]


def test_warnings_about_things_speak_of_no_people() -> None:
    labels = [LabelCounts(label, {"train": 5, "test": 1}, {"None": 6}) for label in ("bolt", "nut")]
    assert split_warnings(labels) == ["bolt and nut have no samples for validation. Add more of them."]
