"""Errors of numbers with intervals: what is no better than the baseline never looks better."""

from __future__ import annotations

import numpy as np
import pytest

from lab.tasks.judging.number_errors import MIN_PARTS, RecordingErrors, number_error


def recordings(count: int, rows: int, rune: float, baseline: float, seed: int = 1) -> list[RecordingErrors]:
    random = np.random.default_rng(seed)
    return [
        RecordingErrors(np.abs(random.normal(0, rune, rows)), np.abs(random.normal(0, baseline, rows)))
        for _ in range(count)
    ]


def test_the_error_is_the_mean_over_all_windows() -> None:
    error = number_error([RecordingErrors(np.array([1.0, 2, 3]), np.array([2.0, 4, 6]))] * 4, "the mean")
    assert error is not None
    assert error["windows"] == 12
    assert (error["error"]["value"], error["baseline"]["value"], error["largest"]) == (2, 4, 3)
    assert error["gain"] == {"value": 0.5, "low": 0.5, "high": 0.5}


def test_a_rune_that_is_as_good_as_the_baseline_gains_nothing_for_sure() -> None:
    """About 1 in 20 of 40 data sets without any difference seems to have one."""
    seeming = 0
    for seed in range(40):
        error = number_error(recordings(20, 30, 1, 1, seed), "the mean")
        assert error is not None
        assert error["gain"] is not None
        seeming += not error["gain"]["low"] <= 0 <= error["gain"]["high"]
    assert seeming <= 6


def test_rows_that_resemble_each_other_widen_the_interval() -> None:
    """A hundred copies of a row are no hundred rows."""
    random = np.random.default_rng(2)
    own = np.abs(random.normal(0, 1, 20))
    few = [RecordingErrors(np.array([each]), np.array([1.0])) for each in own]
    copies = [RecordingErrors(np.full(100, each), np.ones(100)) for each in own]
    one, other = number_error(few, "the mean"), number_error(copies, "the mean")
    assert one is not None
    assert other is not None
    assert one["error"] == other["error"]


def test_of_one_recording_stretches_are_drawn() -> None:
    error = number_error(recordings(1, 10 * MIN_PARTS, 1, 2), "the mean")
    assert error is not None
    assert error["error"]["low"] < error["error"]["value"] < error["error"]["high"]


@pytest.mark.parametrize("errors", [[], [RecordingErrors(np.zeros(0), np.zeros(0))]])
def test_of_nothing_there_is_no_error(errors: list[RecordingErrors]) -> None:
    assert number_error(errors, "the mean") is None


def test_where_nothing_is_left_to_gain_no_gain_is_told() -> None:
    error = number_error([RecordingErrors(np.ones(3), np.zeros(3))] * 12, "the last value again")
    assert error is not None
    assert error["gain"] is None
