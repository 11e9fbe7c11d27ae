"""`rune search` with real training: a killed search goes on from its rows, and a trial equals the run it stands for."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lab.search.trials import Trial, TrialState, read_trials
from lab.training.settings import ENVIRONMENT
from tests.support.training.motion_data import write_motion

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(not ENVIRONMENT.is_ready, reason="needs the TensorFlow environment, which `make lab` prepares"),
]

POLICY = """\
training:
  recipe: motion
  data: samples
  seed: 7
  arguments: {epochs: 9, window: 50, blocks: 2, filters: 8, batch: 16}
"""
RUNE = [sys.executable, "-m", "rune.tools.cli"]
SEARCH = ["--vary", "window=50,100", "--vary", "kernel=5", "--ram", "4kB", "--trials", "3", "--format", "json"]


def events(process: subprocess.Popen[str]) -> Any:
    assert process.stdout is not None
    return (json.loads(line) for line in process.stdout)


def searching(folder: Path) -> subprocess.Popen[str]:
    command = [*RUNE, "search", str(folder), *SEARCH]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_search_that_is_killed_loses_the_running_trial_alone(tmp_path: Path) -> None:
    write_motion(tmp_path / "samples")
    (tmp_path / "forge.yml").write_text(POLICY)
    path = tmp_path / "model.search.jsonl"
    with searching(tmp_path) as process:
        for event in events(process):
            if event["event"] == "epoch" and event["trial"] > 1 and read_trials(path)[1]:
                process.send_signal(signal.SIGKILL)
                break
    before = read_trials(path)[1]
    assert [each.number for each in before] == list(range(1, len(before) + 1))
    with searching(tmp_path) as process:
        rows = list(events(process))
        assert process.stderr is not None
        assert process.wait() == 0, process.stderr.read()[-2000:]
    assert rows[-1]["event"] == "result"
    settings, trials = read_trials(path)
    assert trials[: len(before)] == before
    assert [each.number for each in trials] == list(range(1, len(trials) + 1))
    assert sum(each.state is not TrialState.OVER_LIMIT for each in trials) == 3
    assert settings["seed"] == 7
    require_within(trials)
    assert not (tmp_path / "model.tflite").exists()


def require_within(trials: list[Trial]) -> None:
    """Requires that trained candidates are within the limit, and the others are not."""
    assert any(each.state is TrialState.TRAINED for each in trials)
    for each in trials:
        assert each.needs is not None
        assert (each.needs.ram > 4000) == (each.state is TrialState.OVER_LIMIT)


def test_a_trial_has_the_accuracy_of_the_run_with_its_settings(tmp_path: Path) -> None:
    write_motion(tmp_path / "samples")
    (tmp_path / "forge.yml").write_text(POLICY)
    command = [*RUNE, "search", str(tmp_path), "--trials", "1", "--format", "json"]
    subprocess.run(command, check=True, capture_output=True)
    (trial,) = read_trials(tmp_path / "model.search.jsonl")[1]
    process = subprocess.run([*RUNE, "train", str(tmp_path), "--format", "json"], check=True, capture_output=True)
    result = json.loads(process.stdout.splitlines()[-1])
    assert trial.accuracy == tuple(result["judgements"]["validation"]["accuracy"])
    assert trial.curve == tuple(round(row["validation_accuracy"], 4) for row in result["curves"])
