"""Projects, their forks and merges by seed: no text, stage, sample or comment is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.language.simulated_merges import simulate

SEEDS = 500
STEPS = 80


@pytest.mark.proof
def test_no_merge_loses_anything(record_property: Callable[[str, object], None]) -> None:
    simulations = [simulate(seed, STEPS) for seed in range(SEEDS)]
    conflicts = sum(each.conflicts for each in simulations)
    assert conflicts > SEEDS
    record_property("seeds", SEEDS)
    record_property("merges", sum(each.merges for each in simulations))
    record_property("conflicts resolved at random", conflicts)
