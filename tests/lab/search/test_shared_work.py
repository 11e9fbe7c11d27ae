"""A trial gives the same model as a run of its settings: whether its steps work in copies of a process that is kept,
with features that were computed for another trial, beside another one, changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from lab.child.start import ProcessPool
from lab.search.features import SharedFeatures
from lab.training.preparing import PreparedRun, prepare_run
from lab.training.run import NOTHING_SHARED, SharedWork, TrainedModel, train
from lab.training.run_folder import RunFolder
from lab.training.settings import ENVIRONMENT
from rune.source.policy.sections.training import Training
from tests.support.training.motion_data import write_motion

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(not ENVIRONMENT.is_ready, reason="needs the TensorFlow environment, which `make lab` prepares"),
]
ARGUMENTS = {"epochs": 6, "filters": 8, "blocks": 2, "window": 25, "hop": 25}


def prepared(folder: Path, **arguments: float) -> PreparedRun:
    return prepare_run(Training("motion", "samples", arguments={**ARGUMENTS, **arguments}), folder / "samples", {})


def trained(run: PreparedRun, folder: Path, shared_work: SharedWork) -> tuple[TrainedModel, list[Mapping[str, Any]]]:
    folder.mkdir()
    events: list[Mapping[str, Any]] = []
    model = train(run, RunFolder(folder, run.settings.digest), events.append, shared_work=shared_work)
    return model, [event for event in events if event["event"] == "epoch"]


def test_a_trial_gives_the_model_of_a_run(tmp_path: Path) -> None:
    write_motion(tmp_path / "samples", takes=2, seconds=2)
    own, other = prepared(tmp_path), prepared(tmp_path, filters=12, separable=1)
    alone = trained(own, tmp_path / "alone", NOTHING_SHARED)
    with closing(ProcessPool()) as processes, ThreadPoolExecutor(2) as pool:
        shared_work = SharedWork(SharedFeatures(tmp_path).write, processes, is_alone=False)
        others = pool.submit(trained, other, tmp_path / "other", shared_work)
        first = trained(own, tmp_path / "first", shared_work)
        again = trained(own, tmp_path / "again", shared_work)
        others.result()
    for model, curve in (first, again):
        assert curve == alone[1]
        assert model.model == alone[0].model
        assert model.float_model == alone[0].float_model
        assert model.gaps == alone[0].gaps
    assert others.result()[0].model != alone[0].model
