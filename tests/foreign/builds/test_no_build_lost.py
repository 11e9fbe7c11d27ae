"""A share of tests/proof/concurrency/test_no_build_lost.py: the queue is emptied, and messages come three times.

And a circle of those who wait for each other's rows, in which one of them would be broken off.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.farms.build_farm import build_farm
from tests.support.servers.services import ServiceMissing, running_services

pytestmark = pytest.mark.foreign

BUILDS, ORGANISATIONS = 2, 2


@pytest.mark.protects("availability/lost-builds")
@pytest.mark.proof
def test_each_build_has_one_result_after_the_queue_was_emptied_and_messages_came_three_times(tmp_path: Path) -> None:
    try:
        with running_services() as services, build_farm(services, tmp_path / "data") as farm:
            farm.fill(ORGANISATIONS, BUILDS)
            services.redis_server.stop()
            services.redis_server.start()  # with nothing in it
            farm.start_worker()
            farm.wake(times=3)
            results = farm.until_all_ended()
    except ServiceMissing as missing:
        pytest.skip(str(missing))
    assert results.wrong == ()
    assert results.states == {"succeeded": BUILDS}
    assert results.artefacts == BUILDS
    assert results.attempts == 1


@pytest.mark.slow
def test_an_edit_and_the_end_of_a_preview_do_not_wait_for_each_other(tmp_path: Path) -> None:
    try:
        with running_services() as services, build_farm(services, tmp_path / "data") as farm:
            farm.fill(organisations=1, builds=1)
            farm.run("edit_beside_preview.py")
    except ServiceMissing as missing:
        pytest.skip(str(missing))
