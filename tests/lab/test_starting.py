"""A run that begins with a model of Keras: it knows more from the begin, and other files are refused by name."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from lab.training.settings import ENVIRONMENT, bytes_digest
from tests.lab.training.training_runs import CommandRun, command, kill_after, project, run_of_script, trained
from tests.support.training.starts import write_start

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(not ENVIRONMENT.is_ready, reason="needs the TensorFlow environment, which `make lab` prepares"),
]
POLICY = """\
training:
  recipe: motion
  data: samples
  model: gesture.tflite
  seed: 7
  start: start.keras
  arguments: {epochs: 3, window: 50, hop: 25, batch: 16, learned-layers: LAYERS}
"""


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> CommandRun:
    folder = project(tmp_path_factory.mktemp("first"), POLICY.replace("LAYERS", "1"))
    write_start(folder / "start.keras", classes=5)
    return trained(folder)


def test_the_last_layer_is_made_for_the_labels_and_alone_learns(first: CommandRun) -> None:
    (result,) = first.of("result")
    assert result["parameters"] == 3 * 5 * 8 + 8 + 4 * 8 + 8 * 3 + 3
    assert 0 <= result["accuracy_before"] <= 1
    assert (first.folder / "gesture.tflite").stat().st_size > 500


def test_a_run_that_is_killed_still_says_what_was_right_before(first: CommandRun, tmp_path: Path) -> None:
    folder = project(tmp_path, POLICY.replace("LAYERS", "1"))
    write_start(folder / "start.keras", classes=5)
    kill_after(folder, 2)
    again = trained(folder)
    assert len(again.of("resumed")) == 1
    (one,), (other,) = first.of("result"), again.of("result")
    assert other["accuracy_before"] == one["accuracy_before"]
    assert other["curves"] == one["curves"]


def test_the_record_names_the_file_by_its_digest(first: CommandRun) -> None:
    training = first.record()["training"]
    assert training["start"] == bytes_digest((first.folder / "start.keras").read_bytes())
    assert training["settings"]["start"] == "start.keras"
    assert training["values"]["learning-rate"] == pytest.approx(0.0003)
    assert training["values"]["learned-layers"] == 1


def test_the_script_begins_with_the_same_file(first: CommandRun, tmp_path: Path) -> None:
    run_of_script(first, tmp_path / "script")
    assert (tmp_path / "script" / "start.keras").read_bytes() == (first.folder / "start.keras").read_bytes()


def test_a_model_that_a_run_has_learned_is_not_worse_at_its_begin(first: CommandRun, tmp_path: Path) -> None:
    script = tmp_path / "script"
    run_of_script(first, script)
    folder = project(tmp_path / "again", POLICY.replace("LAYERS", "0"))
    (folder / "start.keras").write_bytes((script / "model.keras").read_bytes())
    (result,) = trained(folder).of("result")
    (before,) = first.of("result")
    best = before["curves"][before["best_epoch"] - 1]
    assert result["accuracy_before"] == best["validation_accuracy"]
    assert result["curves"][-1]["loss"] < best["loss"]


def test_a_network_that_reads_a_side_of_1_more_gets_it(tmp_path: Path) -> None:
    folder = project(tmp_path, POLICY.replace("LAYERS", "0"))
    write_start(folder / "start.keras", 3, "(50, 3, 1)")
    (result,) = trained(folder).of("result")
    assert 0 <= result["accuracy_before"] <= 1
    assert len(result["curves"]) == 3


@pytest.mark.parametrize(
    ("shape", "end", "layers", "message"),
    [
        ("(40, 3)", "dense", 0, "cannot be the start: it reads [40, 3], and the features of this run are [50, 3]"),
        ("(50, 3)", "pooling", 0, "cannot be the start: it does not end with a Dense layer of a vector"),
        ("(50, 3)", "dense", 9, "cannot be the start: learned-layers is 9, and it has 3 layers with weights"),
    ],
)
def test_a_model_that_does_not_fit_is_refused(shape: str, end: str, layers: int, message: str, tmp_path: Path) -> None:
    folder = project(tmp_path, POLICY.replace("LAYERS", str(layers)))
    write_start(folder / "start.keras", 3, shape, end)
    process = subprocess.run(command(folder), capture_output=True, text=True, check=False)
    assert process.returncode == 1
    assert message in process.stderr.replace("\n", " ") + json.dumps(process.stdout)
    assert not (folder / "gesture.tflite").exists()
