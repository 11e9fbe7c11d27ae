"""The accuracy without labels: of a field like the tests, of a harder one, and what it cannot see."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rune.statistics.not_judged import NotJudged, TooFew
from rune.statistics.unlabelled_accuracy import AccuracyEstimate, accuracy_without_labels
from tests.support.properties import examples


def answers(random: np.random.Generator, count: int, hardness: float) -> tuple[np.ndarray[Any, Any], int]:
    """Confidences in 16 bins of answers whose confidence is their probability of being right, and how many are."""
    confidence = 1 / (1 + np.exp(-random.normal(2 - hardness, 1.5, count)))
    counts = np.bincount(np.minimum((confidence * 16).astype(int), 15), minlength=16)
    return counts, int((random.random(count) < confidence).sum())


def estimate(result: AccuracyEstimate | NotJudged) -> AccuracyEstimate:
    assert isinstance(result, AccuracyEstimate)
    return result


def test_a_field_like_the_tests_has_their_accuracy_in_the_interval() -> None:
    random = np.random.default_rng(1)
    inside = 0
    for _ in range(200):
        reference, right = answers(random, 1000, 0)
        field = np.array([answers(random, 400, 0)[0] for _ in range(10)])
        result = estimate(accuracy_without_labels(reference, right, field))
        inside += result.low <= 0.8231 <= result.high
    assert inside >= 185


def test_a_harder_field_is_seen_where_the_model_notices_and_looks_worse_than_it_is() -> None:
    random = np.random.default_rng(2)
    reference, right = answers(random, 5000, 0)
    field = [answers(random, 5000, 1.0) for _ in range(12)]
    result = estimate(accuracy_without_labels(reference, right, np.array([counts for counts, _ in field])))
    truth = sum(right for _, right in field) / 60_000
    assert truth < 0.71
    assert truth - 0.12 < result.value < truth
    assert result.reference == right / 5000


@given(st.lists(st.integers(0, 200), min_size=8, max_size=8), st.floats(0, 1))
@examples(50)
def test_the_tests_themselves_have_their_own_accuracy(counts: list[int], part: float) -> None:
    total = sum(counts)
    if total >= 300:
        right = int(part * total)
        result = estimate(accuracy_without_labels(np.array(counts), right, np.array([counts] * 5)))
        assert result.value == pytest.approx(right / total, abs=1e-9)
        assert result.low <= result.value <= result.high


def test_too_little_is_not_judged() -> None:
    many = np.full(4, 100)
    assert accuracy_without_labels(np.full(4, 20), 50, np.array([many] * 5)) == NotJudged(
        TooFew.REFERENCE_WINDOWS, 80, 300
    )
    assert accuracy_without_labels(many, 50, np.array([many] * 4 + [many // 9])) == NotJudged(TooFew.DEVICES, 4, 5)
    with pytest.raises(ValueError, match="bins of the reference"):
        accuracy_without_labels(many, 401, np.array([many]))
