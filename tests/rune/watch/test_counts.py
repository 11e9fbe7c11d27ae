"""Counts and their bytes: what is lost, what is refused, and that merging is addition."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rune.watch.counts import LARGEST, Counts
from rune.watch.encoding import COUNTS_SIZE, BadCounts, decode, encode
from rune.watch.layout import (
    BadLayout,
    ConfidenceBins,
    FeatureBins,
    LabelBins,
    Statistic,
    WatchLayout,
)

LAYOUT = WatchLayout(
    LabelBins(("nothing", "speech", "knock"), (0, 1, 2, 2)),
    ConfidenceBins((-28.0, 0.0, 90.0), 1 / 256, -128.0),
    (FeatureBins("audio", 0, Statistic.LEVEL, (100.0, 400.0)), FeatureBins("image", 1, Statistic.MEAN, (0.5,))),
)
SMALL = st.integers(0, 0xFFFF)


def counts_of(numbers: st.SearchStrategy[int]) -> st.SearchStrategy[Counts]:
    def groups(size: int) -> st.SearchStrategy[tuple[int, ...]]:
        return st.tuples(*[numbers] * size)

    features = st.tuples(groups(3), groups(2))
    return st.builds(
        Counts,
        groups(3),
        groups(4),
        features,
        groups(8),
        st.integers(0, LARGEST),
        numbers,
        SMALL,
        st.integers(0, LARGEST),
    )


@given(counts_of(SMALL))
def test_small_counts_come_back_as_they_are(counts: Counts) -> None:
    data = encode(counts)
    assert len(data) == COUNTS_SIZE <= 168
    assert decode(data, LAYOUT) == counts


@given(counts_of(st.integers(0, LARGEST)))
def test_large_counts_are_as_exact_as_their_fullest_bin_allows(counts: Counts) -> None:
    decoded = decode(encode(counts), LAYOUT)
    for before, after in zip(
        (counts.labels, counts.confidence, *counts.features, counts.time),
        (decoded.labels, decoded.confidence, *decoded.features, decoded.time),
        strict=True,
    ):
        assert all(abs(left - right) <= max(before) / 0xFFFF for left, right in zip(before, after, strict=True))
    assert decoded.answers == counts.answers


@given(counts_of(SMALL), counts_of(SMALL), counts_of(SMALL))
def test_merging_is_addition_in_any_order(one: Counts, two: Counts, three: Counts) -> None:
    assert (one + two) + three == one + (three + two)
    assert one + Counts.empty(LAYOUT) == one
    assert (one + two).labels[0] == one.labels[0] + two.labels[0]
    assert (one + two).memory == max(one.memory, two.memory)


def test_a_day_at_20_answers_a_second_does_not_saturate() -> None:
    answers = 20 * 86_400
    counts = replace(Counts.empty(LAYOUT), labels=(answers, 0, 0), answers=answers, microseconds=86_400 * 10**6)
    decoded = decode(encode(counts), LAYOUT)
    assert abs(decoded.labels[0] - answers) <= answers / 0xFFFF
    assert abs(decoded.microseconds / 86_400e6 - 1) < 1e-4


def test_a_count_never_wraps() -> None:
    counts = replace(Counts.empty(LAYOUT), labels=(2**40, 0, 0), answers=2**40, restarts=2**20, memory=2**40)
    decoded = decode(encode(counts), LAYOUT)
    assert (decoded.labels[0], decoded.answers, decoded.restarts) == (2**32, LARGEST, 0xFFFF)


@given(st.binary(min_size=COUNTS_SIZE, max_size=COUNTS_SIZE))
def test_other_bytes_are_refused_or_their_only_spelling(data: bytes) -> None:
    try:
        counts = decode(data, LAYOUT)
    except BadCounts:
        return
    assert encode(counts) == data


@pytest.mark.parametrize(
    ("place", "value", "problem"),
    [
        (slice(0, 1), b"\x03", "one spelling"),  # an exponent that nothing needs
        (slice(0, 1), b"\xff", "at most"),
        (slice(5 + 6, 5 + 8), struct.pack("<H", 1), "does not have"),  # the fourth of three labels
        (slice(0, 1), b"", "154 bytes"),
    ],
)
def test_bytes_that_are_no_counts_are_named(place: slice, value: bytes, problem: str) -> None:
    data = bytearray(encode(replace(Counts.empty(LAYOUT), labels=(1, 2, 3))))
    data[place] = value
    with pytest.raises(BadCounts, match=problem):
        decode(bytes(data), LAYOUT)


def test_a_layout_is_read_as_it_was_written() -> None:
    assert WatchLayout.from_json(LAYOUT.to_json()) == LAYOUT
    assert WatchLayout.from_json({}) == WatchLayout(None, None)
    assert LAYOUT.sizes == (3, 4, 3, 2)
    assert [feature.name for feature in LAYOUT.features] == ["audio level", "image.1 mean"]
    assert LAYOUT.confidence is not None
    assert LAYOUT.confidence.shares == (100 / 256, 0.5, 218 / 256)


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {"labels": {"names": [], "bins": []}},
        {"labels": {"names": ["a", "b"], "bins": [0]}},
        {"labels": {"names": ["a"], "bins": [0, 1]}},
        {"labels": {"names": ["a"], "bins": [True]}},
        {"labels": {"names": [str(each) for each in range(13)], "bins": list(range(13))}},
        {"labels": "a"},
        {"confidence": {"edges": [0.5], "scale": 1, "zero_point": 0}},
        {"labels": {"names": ["a"], "bins": [0]}, "confidence": {"edges": [1, 1], "scale": 1, "zero_point": 0}},
        {"labels": {"names": ["a"], "bins": [0]}, "confidence": {"edges": [1], "scale": 0, "zero_point": 0}},
        {"features": [{"stage": "a", "output": 0, "statistic": "level", "edges": [float("nan")]}]},
        {"features": [{"stage": "a", "output": 0, "statistic": "level", "edges": list(range(16))}]},
        {"features": [{"stage": "a", "output": -1, "statistic": "level", "edges": []}]},
        {"features": [{"stage": "a", "output": 0, "statistic": "shape", "edges": []}]},
        {"features": [{"stage": "a", "output": 0, "statistic": "mean", "edges": []}] * 3},
        {"features": {}},
    ],
)
def test_what_describes_no_bins_is_refused(value: object) -> None:
    with pytest.raises(BadLayout):
        WatchLayout.from_json(value)
