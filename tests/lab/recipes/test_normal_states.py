"""Rounds of learning normal states: each is a model of its own, that later rounds do not change."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.mark.slow
@pytest.mark.parametrize("mixture", [0, 1])
def test_a_round_stays_as_it_was_when_it_is_compared_with_later_ones(mixture: int) -> None:
    from lab.recipes.anomaly.estimator import rounds  # its library takes seconds to import, in each process

    random = np.random.default_rng(4)
    windows = np.concatenate([random.normal(place, 1, (60, 5)) for place in (-1, 0, 2)]).astype(np.float32)
    iterator = rounds(windows, np.zeros(len(windows), int), 3, mixture=mixture, components=5, epochs=12)
    first = next(iterator)
    scores, resources = first.scores(windows), first.resources()
    later = list(iterator)
    assert later
    assert not np.array_equal(later[-1].scores(windows), scores)
    assert np.array_equal(first.scores(windows), scores)
    assert first.resources() == resources
