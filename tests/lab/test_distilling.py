"""A network that learns from another one, in the TensorFlow environment: a whole run, a killed one, and its script."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from lab.training.settings import ENVIRONMENT, bytes_digest
from tests.lab.training.training_runs import (
    POLICY,
    CommandRun,
    kill_after,
    project,
    run_of_script,
    trained,
)

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(not ENVIRONMENT.is_ready, reason="needs the TensorFlow environment, which `make lab` prepares"),
]

LARGE = POLICY.replace("gesture", "large").replace("epochs: 40", "epochs: 12")
SMALL = (
    POLICY.replace("filters: 8", "filters: 2")
    .replace("epochs: 40", "epochs: 16")
    .replace("  seed: 7", "  seed: 7\n  teacher: large.float.tflite")
)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> CommandRun:
    folder = project(tmp_path_factory.mktemp("distilled"), LARGE)
    trained(folder)
    (folder / "forge.yml").write_text(SMALL)
    return trained(folder)


def test_a_small_network_learns_the_answers_of_a_large_one(first: CommandRun) -> None:
    (result,) = first.of("result")
    assert result["judgements"]["validation"]["accuracy"][0] == 1.0
    teacher = (first.folder / "large.float.tflite").read_bytes()
    assert first.record()["training"]["teacher"] == bytes_digest(teacher)
    assert first.record()["training"]["settings"]["teacher"] == "large.float.tflite"
    assert (first.folder / "gesture.tflite").stat().st_size < (first.folder / "large.tflite").stat().st_size
    splits = [json.loads((first.folder / f"{name}.splits.json").read_text()) for name in ("large", "gesture")]
    assert splits[0] == splits[1]


def test_labels_alone_give_other_curves(first: CommandRun, tmp_path: Path) -> None:
    alone = trained(project(tmp_path, SMALL.replace("  teacher: large.float.tflite\n", "")))
    (one,), (other,) = first.of("result"), alone.of("result")
    assert other["curves"][0]["loss"] != one["curves"][0]["loss"]


def test_a_run_that_is_killed_learns_on_from_its_teacher(first: CommandRun, tmp_path: Path) -> None:
    folder = project(tmp_path, SMALL)
    for name in ("large.float.tflite", "large.provenance.json", "large.splits.json"):
        shutil.copy(first.folder / name, folder / name)
    kill_after(folder, 6)
    again = trained(folder)
    assert again.of("resumed")
    (one,), (other,) = first.of("result"), again.of("result")
    assert other["curves"] == one["curves"]
    assert (folder / "gesture.tflite").read_bytes() == (first.folder / "gesture.tflite").read_bytes()


def test_the_script_of_a_run_has_the_teacher_beside_it(first: CommandRun, tmp_path: Path) -> None:
    folder = tmp_path / "script"
    run_of_script(first, folder)
    assert (folder / "teacher.float.tflite").read_bytes() == (first.folder / "large.float.tflite").read_bytes()
