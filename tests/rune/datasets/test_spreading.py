"""Choosing some of many samples."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from rune.datasets.spreading import in_turns, spread_over_labels


@given(st.lists(st.sampled_from("abc"), max_size=60), st.integers(1, 40))
def test_no_more_are_chosen_than_wanted_and_no_label_is_forgotten(labels: list[str], most: int) -> None:
    samples = list(enumerate(labels))
    selection = spread_over_labels(samples, lambda each: each[1], most)
    assert len(selection) <= most
    assert len(set(selection)) == len(selection)
    assert set(selection) <= set(samples)
    if most >= 3:
        assert {label for _, label in selection} == set(labels)


def test_labels_with_few_samples_keep_them_all() -> None:
    samples = [("many", number) for number in range(100)] + [("few", number) for number in range(3)]
    assert Counter(label for label, _ in spread_over_labels(samples, lambda each: each[0], 10)) == {"many": 5, "few": 3}


def test_the_first_of_each_list_comes_first() -> None:
    assert in_turns([[1, 2, 3], [4], [5, 6]]) == [1, 4, 5, 2, 6, 3]
