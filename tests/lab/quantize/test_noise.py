"""A quantised model whose numbers overflow has the worst figures, and can be compared and sent."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from lab.quantize.levels import IDENTICAL
from lab.quantize.noise import _FormAnswers, _Sums


@pytest.mark.parametrize(("other", "decibels"), [(np.inf, -IDENTICAL), (np.nan, -IDENTICAL), (1.0, IDENTICAL)])
def test_an_output_that_is_no_number_is_not_the_same(other: float, decibels: float) -> None:
    sums = _Sums()
    sums.add(np.ones(3, np.float32), np.array([1, other, 1], np.float32))
    assert sums.decibels == decibels


def test_an_answer_of_no_number_is_not_sure_and_can_be_sent() -> None:
    answers = _FormAnswers()
    answers.add([np.array([0.5, np.nan], np.float32)])
    answers.end(7)
    ((recording, _, sureness),) = answers.rows
    assert (recording, sureness) == (7, 0.0)
    assert math.isfinite(json.loads(json.dumps(sureness, allow_nan=False)))
