"""Edges from samples: equal shares, in few digits, and statistics as the rune has them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rune.assessment.watching.edges import quantiles, rounded, score_of, statistic_of
from rune.running.runtime import OutputTensor
from rune.source.runefile.watch.classifier import label_bins
from rune.tensor import ElementType
from rune.watch.layout import OTHER, Statistic


def _tensor(element: ElementType, elements: list[float]) -> OutputTensor:
    return OutputTensor(element, (len(elements),), tuple(elements))


def test_each_bin_has_an_equal_share() -> None:
    numbers = [float(number) for number in np.random.default_rng(1).permutation(1600)]
    edges = quantiles(numbers)
    shares = np.bincount(np.digitize(numbers, edges), minlength=16)
    assert len(edges) == 15
    assert shares.tolist() == [100] * 16


def test_equal_numbers_make_no_edges_of_their_own() -> None:
    assert quantiles([5.0] * 100) == (5.0,)
    assert quantiles([1.0, 2.0, 3.0]) == (2.0, 3.0)
    assert quantiles([]) == ()
    assert quantiles([math.nan, math.inf, 1.0]) == (1.0,)


def test_edges_have_few_digits_and_rise() -> None:
    assert rounded((1234567.8, 1234567.9, 2.5e9)) == (1234570.0, 2.5e9)
    assert rounded((0.123456789,)) == (0.123457,)


def test_a_statistic_is_exact_for_whole_numbers_and_in_order_for_floats() -> None:
    assert statistic_of(_tensor(ElementType.I32, [-(2**31)] * 3), Statistic.LEVEL) == 2.0**62
    assert statistic_of(_tensor(ElementType.U8, [1, 2]), Statistic.MEAN) == 1.5
    values = np.random.default_rng(2).normal(0, 1000, 999).astype(np.float32)
    expected = np.cumsum(values * values, dtype=np.float32)[-1] / 999
    level = statistic_of(_tensor(ElementType.F32, [float(each) for each in values]), Statistic.LEVEL)
    assert level == pytest.approx(float(expected), rel=1e-6)


def test_a_score_that_is_no_number_is_not_the_highest() -> None:
    assert score_of(_tensor(ElementType.F32, [math.nan, 0.25, 0.5])) == 0.5
    assert score_of(_tensor(ElementType.F32, [math.nan])) is None


def test_of_many_labels_the_given_ones_have_bins_of_their_own() -> None:
    labels = [f"word {number}" for number in range(20)]
    bins = label_bins(labels, labels[9:])
    assert bins.names == (*labels[9:20], OTHER)
    assert bins.bins == (*[11] * 9, *range(11))
    assert label_bins(labels, [name for name in bins.names if name != OTHER]) == bins
