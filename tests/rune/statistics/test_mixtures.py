"""Quantiles of mixtures: those of raw numbers, whatever the bins."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rune.statistics.mixtures import Binned, mixture_quantile

EVEN = Binned((0.0, 0.25, 0.5, 0.75, 1.0), (10, 10, 10, 10))


def test_no_count_has_no_quantile() -> None:
    with pytest.raises(ValueError, match="no count"):
        mixture_quantile([Binned((0.0, 1.0), (0,))], 0.5)


@given(st.floats(0.01, 1))
def test_an_even_distribution_has_even_quantiles(share: float) -> None:
    other = Binned((0.0, 0.1, 1.0), (100, 900))
    assert mixture_quantile([EVEN], share) == pytest.approx(share)
    assert mixture_quantile([EVEN, other], share) == pytest.approx(share)


def test_parts_count_by_their_size() -> None:
    low, high = Binned((0.0, 0.5, 1.0), (90, 0)), Binned((0.0, 0.5, 1.0), (0, 10))
    assert mixture_quantile([low, high], 0.9) == pytest.approx(0.5)
    assert mixture_quantile([low, high], 0.95) == pytest.approx(0.75)
    assert mixture_quantile([low, high], 0.0) == 0.0
    assert mixture_quantile([low, high], 1.0) == pytest.approx(1.0)


@given(st.lists(st.integers(0, 1000), min_size=4, max_size=4).filter(any), st.floats(0, 1), st.floats(0, 1))
def test_quantiles_rise_and_split_the_counts(counts: list[int], one: float, other: float) -> None:
    part = Binned((0.0, 0.25, 0.5, 0.75, 1.0), tuple(counts))
    low, high = sorted((one, other))
    assert mixture_quantile([part], low) <= mixture_quantile([part], high) + 1e-12
    assert part.below(mixture_quantile([part], high)) <= high * sum(counts) + 1e-6


def test_edges_that_are_equal_have_no_width() -> None:
    part = Binned((0.0, 0.0, 1.0, 1.0), (0, 10, 0))
    assert mixture_quantile([part], 0.5) == pytest.approx(0.5)
