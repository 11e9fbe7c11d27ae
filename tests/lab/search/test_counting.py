"""Counting under limits: the plan alone refuses what is far too large, and is never above what is counted."""

from __future__ import annotations

import pytest

from lab.recipes.arguments import read_arguments
from lab.recipes.catalogue import recipe_of
from lab.search.counting import count_under_limits
from lab.search.devices import SearchDevice, SearchDevices
from lab.search.limits import DeviceLimits
from rune.devices.boards.fit import Needs

LABELS = ("circle", "shake", "still")


def device(target: str, ram: int) -> SearchDevice:
    return SearchDevice(target, DeviceLimits(ram=ram), f"a board with a {target}")


@pytest.mark.slow
def test_a_candidate_over_a_limit_is_refused_by_its_plan_and_others_are_counted() -> None:
    recipe = recipe_of("motion")
    values = read_arguments(recipe.arguments, {"filters": 8}, "motion")
    (needs,) = count_under_limits(recipe, values, LABELS, "int8", SearchDevices(device("cortex-m4", 20_000)))
    assert needs.is_measured
    (plan,) = count_under_limits(recipe, values, LABELS, "int8", SearchDevices(device("cortex-m4", 1000)))
    assert not plan.is_measured
    assert 1000 < plan.ram <= needs.ram
    assert plan.flash <= needs.flash


@pytest.mark.slow
def test_a_candidate_is_counted_on_the_cores_of_both_boards() -> None:
    recipe = recipe_of("motion")
    values = read_arguments(recipe.arguments, {"filters": 8}, "motion")

    def needs_on(*devices: SearchDevice) -> tuple[Needs, ...]:
        return count_under_limits(recipe, values, LABELS, "int8", SearchDevices(*devices))

    first, second = needs_on(device("cortex-m0plus", 20_000), device("cortex-m4", 20_000))
    assert (first.target, second.target) == ("cortex-m0plus", "cortex-m4")
    assert first.instructions is not None
    assert second.instructions is not None
    assert first.instructions > second.instructions
    assert needs_on(device("cortex-m4", 20_000)) == (second,)
    # The plan alone is over the limit of the second board, so nothing is counted on either.
    plans = needs_on(device("cortex-m0plus", 20_000), device("cortex-m4", 1000))
    assert [each.target for each in plans] == ["cortex-m0plus", "cortex-m4"]
    assert not any(each.is_measured for each in plans)
