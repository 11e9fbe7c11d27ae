"""Two workers share the trials of a search, one of them is killed, and no trial is lost or tried twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.training.settings import ENVIRONMENT
from tests.support.farms.build_farm import BuildFarm
from tests.support.farms.learning_farm import answer_of, learning_farm
from tests.support.farms.learning_farm import until as until_read
from tests.support.servers.services import ServiceMissing

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(not ENVIRONMENT.is_ready, reason="needs the TensorFlow environment, which `make lab` prepares"),
]

TRIALS = 6


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[BuildFarm]:
    try:
        with learning_farm(tmp_path / "data", "searches") as running:
            yield running
    except ServiceMissing as missing:
        pytest.skip(str(missing))


def until(farm: BuildFarm, condition: Callable[[Any], Any]) -> Any:
    """Reads the search until a condition is true; returns it."""
    return until_read(lambda: answer_of(farm, "read-search"), condition)


def training_jobs(search: Any) -> set[str]:
    """The jobs whose trial has trained an epoch."""
    return {each["job_id"] for each in search["rows"] if each["state"] == "running" and each["curve"]}


def test_a_worker_is_killed_and_its_trial_alone_is_tried_again(farm: BuildFarm) -> None:
    worker = farm.start_worker()
    farm.start_worker()
    answer_of(farm, "begin-search", str(TRIALS), "2")
    before = until(farm, lambda search: len(training_jobs(search)) == 2)
    farm.kill(worker)
    search = until(farm, lambda search: search["state"] not in ("waiting", "running"))

    assert (search["state"], search["error"]) == ("finished", "")
    rows = search["rows"]
    assert [each["number"] for each in rows] == list(range(1, len(rows) + 1))
    assert sum(each["state"] in ("trained", "stopped") for each in rows) == TRIALS
    assert len({json.dumps(each["arguments"], sort_keys=True) for each in rows}) == len(rows)
    assert all(each["files"] for each in rows if each["state"] == "trained")
    # Both jobs tried some; one of them has had another worker since, and no trial that had ended was tried again.
    assert len({each["job_id"] for each in rows}) == 2
    assert sorted(job["attempt"] for job in search["jobs"]) == [1, 2]
    lost = [each["number"] for each in before["rows"] if each["state"] == "running"]
    again = {each["number"]: each for each in rows}
    assert all(again[number]["state"] != "running" for number in lost)
    assert before["rows"][0]["arguments"] == again[1]["arguments"]
