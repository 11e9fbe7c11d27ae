"""The threshold of an alarm: how many normal windows lie above it, and what is said where they are few."""

from __future__ import annotations

import numpy as np
import pytest

from lab.tasks.judging.thresholds import (
    Threshold,
    few_windows_note,
    generated_sounds_note,
    threshold_of,
    word_threshold,
)
from tests.support.cases import each_case

VALUES = {"mean-of": 1, "false-alarms": 0.05}


def test_the_share_of_false_alarms_lies_above_the_threshold() -> None:
    scores = np.random.default_rng(1).gamma(2, 1, 400)
    threshold = threshold_of([scores[:150], scores[150:]], VALUES)
    assert threshold.windows == 400
    assert 0.03 <= float((scores >= threshold.on).mean()) <= 0.05
    assert np.median(scores) < threshold.off < threshold.on


def test_without_false_alarms_the_highest_normal_score_is_no_alarm() -> None:
    scores = np.array([0.5, 2.0, 1.0])
    threshold = threshold_of([scores], {**VALUES, "false-alarms": 0.0})
    assert np.float32(threshold.on) > 2.0
    assert threshold.on == pytest.approx(2.0, rel=1e-5)


@pytest.mark.parametrize("offset", [0.0, -10.0])
def test_a_margin_moves_the_threshold_away_from_the_middle(offset: float) -> None:
    """A likelihood can be below 0, so the margin is no share of the score itself."""
    scores = np.array([1.0, 2.0, 3.0]) + offset
    threshold = threshold_of([scores], {**VALUES, "false-alarms": 0.0, "margin": 0.5})
    assert threshold.on == pytest.approx(3.5 + offset, rel=1e-5)
    assert scores.max() < threshold.off < threshold.on


def test_means_are_taken_within_a_recording_as_the_rune_takes_them() -> None:
    """The first window of a recording stands for itself; the windows of the one before do not count."""
    values = {"mean-of": 2, "false-alarms": 0.0}
    assert threshold_of([np.array([9.0, 1.0]), np.array([3.0, 5.0])], values).on == pytest.approx(9.0, rel=1e-5)
    assert threshold_of([np.array([1.0, 9.0, 1.0])], values).on == pytest.approx(5.0, rel=1e-5)


@each_case("score", [0.25, 0.0, 1e-9, -40.0, 1e30])
def test_an_alarm_of_scores_that_are_all_alike_ends_at_that_score(score: float) -> None:
    """The block ends an alarm below `off`, so with an `off` of 0 or less the alarm of a distance never ended."""
    threshold = threshold_of([np.full(20, score)], VALUES)
    on, off, normal = (np.float32(f"{each:.9g}") for each in (threshold.on, threshold.off, score))
    assert normal < off < on
    assert on >= 1e-6 or score < 0


@pytest.mark.parametrize(
    ("windows", "share", "words"),
    [
        (40, 0.05, ()),
        (4, 0.05, ("highest score of 4 normal windows", "it needs 20: record more")),
        (1, 0.0, ("highest score of 1 normal window that", "no number of them is enough")),
    ],
)
def test_too_few_windows_for_the_share_are_named(windows: int, share: float, words: tuple[str, ...]) -> None:
    notes = few_windows_note(windows, {**VALUES, "false-alarms": share})
    assert len(notes) == bool(words)
    assert all(word in notes[0] for word in words)


@pytest.mark.parametrize(("value", "on"), [(0.1, 0.5), (0.8, 0.8), (1.00001, 0.98)])
def test_the_threshold_of_a_word_is_a_share_that_can_be_reached(value: float, on: float) -> None:
    threshold = word_threshold(Threshold(value, 0.0, 7))
    assert threshold.on == on
    assert 0 < threshold.off < threshold.on
    assert threshold.windows == 7


def test_windows_that_were_not_the_word_are_named_so() -> None:
    (note,) = few_windows_note(3, VALUES, ("window without the word", "windows without the word"))
    assert "highest score of 3 windows without the word" in note


def test_what_was_heard_of_made_sounds_is_counted_by_row() -> None:
    note = generated_sounds_note([[50, 2], [3, 17]])
    assert "17 of 20 with the word were heard" in note
    assert "2 of 52 without it were taken for it" in note
