"""At most 18 of 1,000 harmless rollouts are stopped, and those with a fault are, no later than is said."""

from __future__ import annotations

import pytest

from benchmarks.field.rollouts import (
    FAULTS,
    FAULTY_ROLLOUTS,
    HARMLESS_ROLLOUTS,
    LEAST_STOPPED,
    MOST_STOPPED,
    SPREADS,
    STAGES,
    SWAPPED_ON_SOME,
    RolloutCase,
    first_stage_of,
    harmless_cases,
    stops,
)

pytestmark = pytest.mark.proof


def test_harmless_rollouts_are_rarely_stopped() -> None:
    cases = [each for spread in SPREADS for each in harmless_cases(spread, HARMLESS_ROLLOUTS // len(SPREADS))]
    assert sum(each is not None for each in stops(cases)) <= MOST_STOPPED


@pytest.mark.parametrize("spread", SPREADS)
@pytest.mark.parametrize("name", list(FAULTS))
def test_a_fault_is_stopped_no_later_than_the_power_analysis_says(name: str, spread: float) -> None:
    first = first_stage_of(FAULTS[name], spread)
    assert first < len(STAGES)
    ends = stops([RolloutCase(seed, spread, FAULTS[name]) for seed in range(FAULTY_ROLLOUTS)])
    assert sum(each is not None and each.stage <= first for each in ends) >= LEAST_STOPPED


@pytest.mark.parametrize("spread", SPREADS)
def test_labels_that_are_swapped_on_few_inputs_are_seen_in_shadow(spread: float) -> None:
    ends = stops([RolloutCase(seed, spread, SWAPPED_ON_SOME, is_shadow=True) for seed in range(FAULTY_ROLLOUTS)])
    assert sum(each is not None for each in ends) >= LEAST_STOPPED


@pytest.mark.parametrize("spread", SPREADS)
def test_a_shadow_that_agrees_is_not_stopped(spread: float) -> None:
    ends = stops([RolloutCase(seed, spread, is_shadow=True) for seed in range(FAULTY_ROLLOUTS)])
    assert sum(each is not None for each in ends) <= 4
