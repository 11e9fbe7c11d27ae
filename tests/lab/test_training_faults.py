"""Faults of training in the TensorFlow environment: a loss that is no number, and memory that does not suffice."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from lab.command.train import command as train_command
from lab.command.training.job import RunCommands, train_model
from lab.refusal import Reason, Refused
from lab.training import run
from lab.training.settings import ENVIRONMENT
from tests.lab.training.training_runs import command, project, trained
from tests.support.training.motion_data import write_motion

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(not ENVIRONMENT.is_ready, reason="needs the TensorFlow environment, which `make lab` prepares"),
]

ADVICE = "With a smaller batch, a smaller network or a shorter window it needs less."
LARGE = {"window": 1000, "hop": 5, "filters": 128, "blocks": 1, "kernel": 3, "epochs": 1, "batch": 1024}
"""Arguments of a run whose step needs a gigabyte, and half of that with half the batch."""


def test_a_run_that_diverges_says_so_and_learns_once_the_recordings_are_right(tmp_path: Path) -> None:
    folder = project(tmp_path)
    right = {path: path.read_bytes() for path in (folder / "samples" / "shake").iterdir()}
    for path in right:
        path.write_text("3e38,0,-3e38\n-3e38,3e38,0\n" * 100)
    process = subprocess.run(command(folder), capture_output=True, text=True, check=False)
    assert process.returncode == 1
    assert "The loss of epoch 1 is not a number." in process.stderr
    assert "Choose a lower learning-rate, and look for recordings with extreme values." in process.stderr
    assert "epoch" not in {json.loads(line)["event"] for line in process.stdout.splitlines()}
    assert sorted(path.name for path in folder.iterdir()) == ["forge.yml", "samples"]
    for path, data in right.items():
        path.write_bytes(data)
    assert trained(folder).of("result")


@pytest.fixture
def request_of(tmp_path: Path) -> dict[str, Any]:
    """The request of a server for a run that needs much memory."""
    write_motion(tmp_path / "data", seconds=44)
    facts = {"form": "int8", "model": "m.tflite", "seed": 1, "backbone": "", "minutes": 10, "targets": []}
    return {"folder": str(tmp_path), "data": "data", "recipe": "motion", "arguments": LARGE, **facts}


def limited(
    request: Mapping[str, Any], megabytes: int, monkeypatch: pytest.MonkeyPatch
) -> tuple[list[Any], dict[str, Any] | Refused]:
    """Trains with this limit of memory. Returns the events about memory, and the result or the refusal."""
    monkeypatch.setattr(run, "MEMORY", megabytes << 20)
    events: list[Mapping[str, Any]] = []
    outcome: dict[str, Any] | Refused
    try:
        outcome = train_model(request, lambda _share, _text: None, events.append, RunCommands())
    except Refused as refused:
        outcome = refused
    return [each for each in events if each["event"] in ("note", "begun-again")], outcome


def test_a_run_without_enough_memory_begins_again_with_half_the_batch(
    request_of: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    events, outcome = limited(request_of, 1500, monkeypatch)
    assert not isinstance(outcome, Refused), outcome
    text = f"The training run needs more than 1,500 MB of memory. {ADVICE} The run began again with batches of 512."
    note, again = events
    assert note == {"event": "note", "text": text}
    assert again["values"]["batch"] == 512
    assert outcome["values"] == again["values"]
    assert len(outcome["report"]["curves"]) == 1
    record = Path(request_of["folder"], "out", outcome["files"]["m.provenance.json"])
    assert json.loads(record.read_text())["training"]["values"]["batch"] == 512


def test_a_run_begins_again_once(request_of: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    events, outcome = limited(request_of, 1000, monkeypatch)
    assert [each["event"] for each in events] == ["note", "begun-again"]
    assert isinstance(outcome, Refused)
    assert outcome.reason is Reason.OUT_OF_MEMORY
    assert str(outcome) == f"The training run needs more than 1,000 MB of memory. {ADVICE}"


def test_the_command_begins_again_with_half_the_batch_as_a_run_of_a_server_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_motion(tmp_path / "samples", seconds=44)
    policy = {"training": {"recipe": "motion", "data": "samples", "model": "m.tflite", "arguments": LARGE}}
    (tmp_path / "forge.yml").write_text(json.dumps(policy))
    monkeypatch.setattr(run, "MEMORY", 1500 << 20)
    result = CliRunner().invoke(train_command, [str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert "Memory did not suffice. The run began again with batches of 512." in result.stderr
    assert "Write `batch: 512` into forge.yml" in result.stderr
    record = json.loads((tmp_path / "m.provenance.json").read_text())
    assert record["training"]["values"]["batch"] == record["training"]["settings"]["arguments"]["batch"] == 512
    monkeypatch.setattr(run, "MEMORY", 1000 << 20)
    result = CliRunner().invoke(train_command, [str(tmp_path)])
    assert result.exit_code == 1
    assert f"The training run needs more than 1,000 MB of memory. {ADVICE}" in result.stderr
