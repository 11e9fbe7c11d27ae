"""Counting under limits: the plan alone refuses what is far too large, and is never above what is counted."""

from __future__ import annotations

import pytest

from lab.recipes.arguments import read_arguments
from lab.recipes.catalogue import recipe_of
from lab.search.counting import count_under_limits
from lab.search.limits import DeviceLimits

LABELS = ("circle", "shake", "still")


@pytest.mark.slow
def test_a_candidate_over_a_limit_is_refused_by_its_plan_and_others_are_counted() -> None:
    recipe = recipe_of("motion")
    values = read_arguments(recipe.arguments, {"filters": 8}, "motion")
    needs = count_under_limits(recipe, values, LABELS, "int8", "cortex-m4", DeviceLimits(ram=20_000))
    assert needs.is_measured
    plan = count_under_limits(recipe, values, LABELS, "int8", "cortex-m4", DeviceLimits(ram=1000))
    assert not plan.is_measured
    assert 1000 < plan.ram <= needs.ram
    assert plan.flash <= needs.flash
