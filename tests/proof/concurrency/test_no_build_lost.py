"""Each build has exactly one result, found within a minute, whatever dies or comes twice meanwhile."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.farms.build_farm import BuildFarm, FarmResults, build_farm
from tests.support.farms.dying_worker import STEPS
from tests.support.servers.services import ServiceMissing, Services, running_services

pytestmark = pytest.mark.proof

Record = Callable[[str, object], None]
DYING_WORKER = str(Path(__file__).parents[2] / "foreign" / "builds" / "dying_worker.py")
LEASE = 10.0
"""Seconds, as the product has it."""


@pytest.fixture(scope="module")
def services() -> Iterator[Services]:
    try:
        with running_services(durable=True) as running:
            yield running
    except ServiceMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def farm(services: Services, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[BuildFarm]:
    services.redis_server.stop()
    services.redis_server.start()
    with build_farm(services, tmp_path / "data", f"farm-{abs(hash(request.node.name))}") as running:
        yield running


def expect_one_result_each(results: FarmResults, builds: int) -> None:
    assert results.wrong == ()
    assert results.states == {"succeeded": builds}
    assert results.artefacts == builds


@pytest.mark.protects("availability/lost-builds")
def test_a_worker_is_killed_at_every_step(farm: BuildFarm, record_property: Record) -> None:
    farm.fill(4, len(STEPS))
    for step in STEPS:
        worker = farm.start_worker(DYING_WORKER, step)
        assert worker.wait(60) == -signal.SIGKILL, step
    farm.start_worker()
    results = farm.until_all_ended()
    expect_one_result_each(results, len(STEPS))
    record_property("steps", len(STEPS))
    record_property("most attempts", results.attempts)


def test_the_broker_is_away_for_a_minute(farm: BuildFarm) -> None:
    farm.start_worker()
    farm.fill(2, 4)
    farm.services.redis_server.stop()
    try:
        farm.fill(2, 4, first=100)
        time.sleep(60)  # it is the minute that is tried
    finally:
        farm.services.redis_server.start()
    expect_one_result_each(farm.until_all_ended(), 8)


def test_the_queue_is_emptied(farm: BuildFarm) -> None:
    farm.fill(4, 8)
    farm.services.redis_server.stop()
    farm.services.redis_server.start()
    farm.start_worker()
    expect_one_result_each(farm.until_all_ended(), 8)


def test_the_database_is_restarted(farm: BuildFarm, record_property: Record) -> None:
    farm.fill(4, 12)
    farm.start_worker()
    farm.start_worker()
    for _ in range(3):
        farm.until(lambda states: states.get("running", 0) > 0)
        farm.services.postgresql_server.stop()
        farm.services.postgresql_server.start()
    results = farm.until_all_ended(120)
    expect_one_result_each(results, 12)
    record_property("most attempts", results.attempts)


def test_each_message_is_delivered_three_times(farm: BuildFarm) -> None:
    farm.fill(4, 8)
    farm.wake(times=24)
    for _ in range(3):
        farm.start_worker()
    results = farm.until_all_ended()
    expect_one_result_each(results, 8)
    assert results.attempts == 1


@pytest.mark.protects("availability/lost-builds")
def test_a_lease_runs_out_under_a_worker_that_works(farm: BuildFarm) -> None:
    farm.fill(1, 1)
    slow = farm.start_worker()
    farm.until(lambda states: states.get("running", 0) == 1)
    slow.send_signal(signal.SIGSTOP)
    farm.start_worker()
    results = farm.until_all_ended()
    slow.send_signal(signal.SIGCONT)
    time.sleep(LEASE)  # in which it would write, if it did
    assert farm.results() == results
    expect_one_result_each(results, 1)
    assert results.attempts == 2
