"""Devices under lossy links, power cuts, clocks that jump, servers that restart and keys that end: none is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest

from tests.support.hmrd.faults import cut_at_each_step, survive
from tests.support.hmrd.world import ALSO_GOOD, CRASHES, FAILS_TEST, GOOD, World, WorldViolation
from tests.support.shares import share_and_all

DEVICES = 10_000
ONE_IN = 100


@pytest.mark.parametrize("seeds", share_and_all(range(DEVICES), ONE_IN))
def test_each_device_ends_on_one_of_the_two_runes_that_work(seeds: Sequence[int]) -> None:
    endings = [survive(seed) for seed in seeds]
    runes = Counter(each.answering for each in endings)
    assert set(runes) == {GOOD, ALSO_GOOD}
    assert runes.total() == len(seeds)
    # Devices to which nothing happened would prove nothing.
    assert sum(each.power_cuts for each in endings) > 10 * len(seeds)
    assert any(each.fallbacks for each in endings)


def test_a_device_survives_a_power_cut_at_each_step_of_each_way() -> None:
    def history(world: World) -> None:
        for rune in (GOOD, FAILS_TEST, ALSO_GOOD, CRASHES, GOOD):
            world.server.want(rune)
            world.now += 3600
            world.pass_time(0)
            world.settle(300)

    assert cut_at_each_step(history) > 50


def test_a_device_that_runs_what_nobody_wanted_is_noticed() -> None:
    world = World()
    world.server.want(GOOD)
    world.settle()
    world.server.ever_wanted.clear()
    with pytest.raises(WorldViolation, match="nobody wanted"):
        world.pass_time(1)
