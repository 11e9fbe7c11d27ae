"""`rune train` in the TensorFlow environment: a model that runs, the same curves again, and also after kill -9."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from lab.recipes.arguments import read_arguments
from lab.recipes.catalogue import NETWORK_RECIPES
from lab.training.settings import ENVIRONMENT, bytes_digest
from rune.datasets.learnable import LearnedAnswer
from rune.model.tflite import TensorKind, read_model
from tests.lab.training.training_runs import (
    POLICY,
    CommandRun,
    kill_after,
    needs_before_and_after,
    project,
    require_same,
    run_of_script,
    trained,
)
from tests.support.training.backbones import PATH, usable
from tests.support.training.motion_data import LABELS
from tests.support.training.recordings_of_kind import write_for

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(not ENVIRONMENT.is_ready, reason="needs the TensorFlow environment, which `make lab` prepares"),
]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> CommandRun:
    return trained(project(tmp_path_factory.mktemp("first")))


def test_training_gives_a_model_that_tells_motions_apart(first: CommandRun) -> None:
    (result,) = first.of("result")
    judgement = result["judgements"]["validation"]
    assert (judgement["samples"], judgement["accuracy"][0]) == (6, 1.0)
    assert judgement["confusion"] == [[2, 0, 0], [0, 2, 0], [0, 0, 2]]
    assert 0 < judgement["accuracy"][1] < 1
    curves = first.of("epoch")
    assert [row["epoch"] for row in curves] == list(range(1, len(curves) + 1))
    assert curves[-1]["loss"] < curves[0]["loss"] / 2
    quantised = read_model((first.folder / "gesture.tflite").read_bytes())
    assert quantised.tensors[quantised.inputs[0]].kind is TensorKind.INT8
    operators = {each.op for each in quantised.operators}
    assert operators == {"RESHAPE", "CONV_2D", "AVERAGE_POOL_2D", "FULLY_CONNECTED", "SOFTMAX"}
    floats = read_model((first.folder / "gesture.float.tflite").read_bytes())
    assert floats.tensors[floats.inputs[0]].kind is TensorKind.FLOAT32


def test_the_rune_that_it_gives_builds_and_answers(first: CommandRun) -> None:
    rune = [sys.executable, "-m", "rune.tools.cli"]
    subprocess.run([*rune, "check", str(first.folder / "Runefile.yml")], check=True, capture_output=True)
    output = first.folder / "gesture.rune"
    build = [*rune, "build", str(first.folder / "Runefile.yml"), "--output", str(output)]
    subprocess.run(build, check=True, capture_output=True)
    for label in LABELS:
        sample = first.folder / "samples" / label / "0-0.csv"
        run = [*rune, "run", str(output), "--accelerometer", str(sample), "--to-end"]
        process = subprocess.run(run, check=True, capture_output=True, text=True)
        assert label in process.stdout.splitlines()[-2] + process.stdout.splitlines()[-1]


def test_the_record_names_what_the_model_came_from(first: CommandRun) -> None:
    record = first.record()
    assert record["digest"] == bytes_digest((first.folder / "gesture.tflite").read_bytes())
    assert record["float"] == bytes_digest((first.folder / "gesture.float.tflite").read_bytes())
    assert record["runefile"] == bytes_digest((first.folder / "Runefile.yml").read_bytes())
    assert record["training"]["environment"]["lock"] == bytes_digest(ENVIRONMENT.lock.read_bytes())
    assert (record["training"]["seed"], record["training"]["labels"]) == (7, list(LABELS))
    assert str(first.folder) not in json.dumps(record)


def test_what_it_needs_is_known_before_it_is_trained(first: CommandRun) -> None:
    require_same(*needs_before_and_after(first.folder), 0.03)


def test_what_a_network_that_is_taken_apart_needs_is_known_too(tmp_path: Path) -> None:
    folder = project(tmp_path, POLICY.replace("epochs: 40,", "epochs: 3, stride: 3, separable: 1,"))
    trained(folder)
    operators = [each.op for each in read_model((folder / "gesture.tflite").read_bytes()).operators]
    assert "DEPTHWISE_CONV_2D" in operators
    require_same(*needs_before_and_after(folder), 0.03)


@pytest.mark.parametrize("name", [name for name in NETWORK_RECIPES if name != "motion"])
def test_other_recipes_learn_from_files_of_their_kind(name: str, tmp_path: Path) -> None:
    recipe = usable(name)
    answer = recipe.task.learned_answer
    write_for(recipe, tmp_path / "samples", 40 if answer is LearnedAnswer.OBJECTS else 14)
    for path, data in recipe.files.items():
        (tmp_path / path).parent.mkdir()
        (tmp_path / path).write_bytes(data)
    backbone = f"backbone: {PATH}, " if recipe.needs_backbone else ""
    of_counts, of_others = "{epochs: 60, patience: 60}", "{epochs: 25, patience: 25, batch: 8}"
    arguments = f"arguments: {of_counts if answer is LearnedAnswer.OBJECTS else of_others}"
    policy = f"training: {{recipe: {name}, data: samples, {backbone}{arguments}}}\n"
    (tmp_path / "forge.yml").write_text(policy)
    own = trained(tmp_path)
    (result,) = own.of("result")
    judgement = result["judgements"]["validation"]
    if answer is LearnedAnswer.OBJECTS:
        assert judgement["counting"]["f1"]["value"] > 0.85
    elif answer is not LearnedAnswer.NUMBER:
        assert judgement["accuracy"][0] > 0.6
    else:
        assert judgement["error"]["gain"]["low"] > 0
    check = [sys.executable, "-m", "rune.tools.cli", "check", str(tmp_path / "Runefile.yml")]
    process = subprocess.run(check, check=True, capture_output=True, text=True)
    assert "0 errors" in process.stdout
    values = read_arguments(recipe.arguments, {}, name)
    features = recipe.features(values)
    outputs = (
        features.shape[-1] + 2 * int(values["units"]) + int(values["code"]) if answer is LearnedAnswer.NORMAL else 0
    )
    require_same(*needs_before_and_after(tmp_path), 0.03 if features.bounds is None else 0.001, outputs=outputs)


def test_what_sound_in_fewer_bands_and_frames_needs_is_known_too(tmp_path: Path) -> None:
    write_for(NETWORK_RECIPES["keywords"], tmp_path / "samples", 14)
    arguments = "{bands: 10, step: 25, kernel: 5, filters: 24, epochs: 25, batch: 8}"
    (tmp_path / "forge.yml").write_text(f"training: {{recipe: keywords, data: samples, arguments: {arguments}}}\n")
    (result,) = trained(tmp_path).of("result")
    assert result["judgements"]["validation"]["accuracy"][0] > 0.6
    network = read_model((tmp_path / "model.tflite").read_bytes())
    assert tuple(network.tensors[network.inputs[0]].shape) == (1, 40, 10)
    require_same(*needs_before_and_after(tmp_path), 0.001)


def test_what_a_recurrent_forecast_needs_is_known_too(tmp_path: Path) -> None:
    write_for(NETWORK_RECIPES["forecast"], tmp_path / "samples", 14)
    arguments = "{recurrent: 1, blocks: 2, epochs: 10, batch: 16}"
    (tmp_path / "forge.yml").write_text(f"training: {{recipe: forecast, data: samples, arguments: {arguments}}}\n")
    (result,) = trained(tmp_path).of("result")
    assert result["judgements"]["validation"]["error"]["gain"]["low"] > 0
    operators = [each.op for each in read_model((tmp_path / "model.tflite").read_bytes()).operators]
    assert operators.count("TANH") == 12
    require_same(*needs_before_and_after(tmp_path), 0.03, outputs=3 * 8)
    verify = [sys.executable, "-m", "rune.tools.cli", "verify", str(tmp_path / "Runefile.yml")]
    process = subprocess.run(verify, check=True, capture_output=True, text=True)
    assert "identical to the reference" in process.stdout


def test_the_script_of_a_run_gives_the_same_curves(first: CommandRun, tmp_path: Path) -> None:
    folder = tmp_path / "script"
    output = run_of_script(first, folder)
    (result,) = first.of("result")
    assert f"Used epoch {result['best_epoch']}; accuracy on windows of the validation split" in output
    assert (folder / "model.keras").stat().st_size > 1000


def test_a_run_that_is_killed_goes_on_and_ends_with_the_same_curves(first: CommandRun, tmp_path: Path) -> None:
    folder = project(tmp_path)
    kill_after(folder, 12)
    assert not (folder / "gesture.tflite").exists()
    again = trained(folder)
    (event,) = again.of("resumed")
    assert 1 <= event["epoch"] < len(first.of("epoch"))
    assert again.of("epoch")[0]["epoch"] == event["epoch"] + 1
    (one,), (other,) = first.of("result"), again.of("result")
    assert other["curves"] == one["curves"]
    assert again.record() == first.record()
    for name in ("gesture.tflite", "gesture.float.tflite", "Runefile.yml", "gesture.splits.json"):
        assert (folder / name).read_bytes() == (first.folder / name).read_bytes(), name
