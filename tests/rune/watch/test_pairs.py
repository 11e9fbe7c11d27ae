"""Pairs of labels and their bytes: what is lost, what is refused, and that merging is addition."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rune.watch.counts import LARGEST
from rune.watch.encoding import BadCounts
from rune.watch.layout import MOST_LABELS
from rune.watch.pairs import PAIRS_SIZE, LabelPairs, PairBins, PairsUnlike, decode, encode
from tests.support.properties import examples

BINS = PairBins(("nothing", "speech", "knock"), ("nothing", "knock", "speech", "glass"))
NAMES = st.lists(st.sampled_from([f"label {number}" for number in range(14)]), min_size=1, max_size=MOST_LABELS)
ANY_BINS = st.builds(PairBins, NAMES.map(tuple), NAMES.map(tuple))


@st.composite
def pairs_of(draw: st.DrawFn, most: int) -> tuple[PairBins, LabelPairs]:
    bins = draw(ANY_BINS)
    row = st.tuples(*[st.integers(0, most)] * len(bins.beside))
    counts = draw(st.tuples(*[row] * len(bins.answering)))
    return bins, LabelPairs(counts, draw(st.integers(0, most)))


@examples(200)
@given(pairs_of(0xFF))
def test_small_pairs_come_back_as_they_are(case: tuple[PairBins, LabelPairs]) -> None:
    bins, pairs = case
    assert len(encode(pairs, bins)) == PAIRS_SIZE
    assert decode(encode(pairs, bins), bins) == pairs


@examples(200)
@given(pairs_of(2 * LARGEST))
def test_large_pairs_are_as_exact_as_the_fullest_one_of_their_kind_allows(case: tuple[PairBins, LabelPairs]) -> None:
    bins, pairs = case
    decoded = decode(encode(pairs, bins), bins)
    for is_agreeing in (True, False):
        numbers = [
            (min(count, LARGEST), decoded.counts[one][other])
            for one, row in enumerate(pairs.counts)
            for other, count in enumerate(row)
            if bins.agree(one, other) is is_agreeing
        ]
        most = max((before for before, _ in numbers), default=0)
        assert all(abs(before - after) <= most / 255 + 1 for before, after in numbers)
        # Nothing wraps: a count that is full stays the fullest.
        assert all(after > 0 for before, after in numbers if before == most > 0)
    missed_windows = min(pairs.missed, LARGEST)
    assert abs(decoded.missed - missed_windows) <= missed_windows / 65_535 + 1


def test_few_that_differ_are_exact_beside_many_that_agree() -> None:
    pairs = LabelPairs(((40_000_000, 0, 0, 0), (0, 3, 90_000, 0), (0, 0, 1, 2)))
    decoded = decode(encode(pairs, BINS), BINS)
    assert decoded.counts[1][1] == 3
    assert decoded.counts[2][2:] == (1, 2)


@examples(300)
@given(st.binary(min_size=PAIRS_SIZE - 1, max_size=PAIRS_SIZE + 1), ANY_BINS)
@example(bytes(PAIRS_SIZE), BINS)
def test_bytes_of_anybody_are_refused_or_have_one_spelling(data: bytes, bins: PairBins) -> None:
    try:
        pairs = decode(data, bins)
    except BadCounts:
        return
    assert encode(pairs, bins) == data


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (0, 1),
        (0, 255),
        (3, 1),
        (3, 255),
        (4, 1),
        (4, 33),
        pytest.param(5 + 4, 1, id="a label that the rune beside does not have"),
        pytest.param(5 + 3 * MOST_LABELS, 1, id="a label that the rune that answers does not have"),
    ],
)
def test_another_spelling_is_refused(place: int, value: int) -> None:
    data = bytearray(encode(LabelPairs.empty(BINS), BINS))
    data[place] = value
    with pytest.raises(BadCounts):
        decode(bytes(data), BINS)


def test_pairs_of_other_labels_are_refused() -> None:
    other = PairBins(("a",), ("b", "c"))
    with pytest.raises(BadCounts):
        encode(LabelPairs.empty(other), BINS)
    with pytest.raises(PairsUnlike):
        LabelPairs.empty(other) + LabelPairs.empty(BINS)
    with pytest.raises(BadCounts):
        PairBins((), ("a",))
    with pytest.raises(BadCounts):
        PairBins(tuple("abcdefghijklm"), ("a",))


@given(pairs_of(LARGEST), st.integers(0, 9))
def test_merging_is_addition(case: tuple[PairBins, LabelPairs], times: int) -> None:
    bins, pairs = case
    total = sum([pairs] * times, LabelPairs.empty(bins))
    assert total.compared == times * pairs.compared
    assert total.agreeing(bins) == times * pairs.agreeing(bins)
    assert total.missed == times * pairs.missed


def test_labels_agree_by_their_names_and_not_by_their_places() -> None:
    pairs = LabelPairs(((5, 0, 0, 0), (0, 0, 7, 0), (0, 11, 0, 1)))
    assert (pairs.agreeing(BINS), pairs.compared) == (23, 24)
