"""A worker is killed while it trains; another one goes on from the checkpoint, and ends with the same curves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from lab.training.settings import ENVIRONMENT
from tests.support.farms.build_farm import BuildFarm
from tests.support.farms.learning_farm import answer_of, learning_farm, until
from tests.support.servers.services import ServiceMissing

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(not ENVIRONMENT.is_ready, reason="needs the TensorFlow environment, which `make lab` prepares"),
]


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[BuildFarm]:
    try:
        with learning_farm(tmp_path / "data", "training") as running:
            yield running
    except ServiceMissing as missing:
        pytest.skip(str(missing))


def finished(farm: BuildFarm, count: int) -> list[dict[str, Any]]:
    """The runs, once there are so many and all have ended."""

    def are_over(runs: list[dict[str, Any]]) -> bool:
        return len(runs) == count and all(each["state"] not in ("waiting", "running") for each in runs)

    runs: list[dict[str, Any]] = until(lambda: answer_of(farm, "read-runs")["runs"], are_over)
    return runs


def epochs_with_checkpoint(farm: BuildFarm, number: int) -> int:
    """The epochs in the curves of a run whose job has a checkpoint; 0 before."""
    query = (
        "SELECT jsonb_array_length(run.curves) FROM learning_trainingrun run JOIN jobs_job job ON run.job_id = job.id "
        "WHERE run.number = %s AND job.checkpoint_id IS NOT NULL"
    )
    with psycopg.connect(farm.environment["DATABASE_URL"]) as connection:
        row = connection.execute(query, [number]).fetchone()
    return 0 if row is None else int(row[0])


def test_another_worker_goes_on_and_the_curves_are_those_of_an_undisturbed_run(farm: BuildFarm) -> None:
    worker = farm.start_worker()
    answer_of(farm, "begin-run")
    finished(farm, 1)

    answer_of(farm, "begin-run")
    until(lambda: epochs_with_checkpoint(farm, 2), lambda epochs: epochs > 1)
    farm.kill(worker)
    epoch = epochs_with_checkpoint(farm, 2)
    farm.start_worker()
    baseline, continuation = finished(farm, 2)

    assert [(run["state"], run["error"]) for run in (baseline, continuation)] == [("finished", "")] * 2
    assert [run["job__attempt"] for run in (baseline, continuation)] == [1, 2]
    assert "resumed" not in baseline["description"]
    assert 1 <= continuation["description"]["resumed"]["epoch"] < len(baseline["curves"])
    assert 1 < epoch < len(baseline["curves"]), "the worker was killed while it trained"
    for fact in ("curves", "best_epoch", "files"):
        assert continuation[fact] == baseline[fact], fact
    assert continuation["report"]["judgements"] == baseline["report"]["judgements"]
