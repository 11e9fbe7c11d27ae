"""A thousand builds of twenty organisations have a thousand results while a worker is killed every five seconds."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from tests.support.farms.build_farm import BuildFarm, build_farm
from tests.support.servers.services import ServiceMissing, running_services

pytestmark = pytest.mark.proof

Record = Callable[[str, object], None]
BUILDS, ORGANISATIONS, WORKERS = 1_000, 20, 3
KILL_EVERY = 5.0
"""Seconds."""
LONGEST = 4 * 3600.0
"""Seconds within which all of them must have a result, on a machine that does other things too."""


@contextmanager
def killing(farm: BuildFarm, seed: int) -> Iterator[list[int]]:
    """Kills one of the workers every few seconds, in whatever it is doing, its own start too, and starts another."""
    chance, over, kills = random.Random(seed), Event(), list[int]()
    failures: list[BaseException] = []

    def kill_again_and_again() -> None:
        begin = time.monotonic()
        try:
            while not over.wait(begin + KILL_EVERY * (len(kills) + 1) - time.monotonic()):
                victim = chance.choice(farm.workers)
                kills.append(victim.pid)
                farm.kill(victim)
                farm.launch_worker()
        except BaseException as failure:
            failures.append(failure)

    thread = Thread(target=kill_again_and_again, name="killer")
    thread.start()
    try:
        yield kills
    finally:
        over.set()
        thread.join()
    if failures:
        raise failures[0]


def test_a_thousand_builds_have_a_thousand_results_while_workers_are_killed(
    tmp_path: Path, record_property: Record
) -> None:
    with ExitStack() as stack:
        try:
            services = stack.enter_context(running_services())
        except ServiceMissing as missing:
            pytest.skip(str(missing))
        farm = stack.enter_context(build_farm(services, tmp_path / "data"))
        farm.fill(ORGANISATIONS, BUILDS)
        begin = time.monotonic()
        for _ in range(WORKERS):
            farm.start_worker()
        with killing(farm, seed=11) as kills:
            results = farm.until_all_ended(LONGEST)
    record_property("builds", BUILDS)
    record_property("workers killed", len(kills))
    record_property("minutes", round((time.monotonic() - begin) / 60, 1))
    record_property("most attempts", results.attempts)
    assert results.wrong == ()
    assert results.states == {"succeeded": BUILDS}
    assert results.artefacts == BUILDS
