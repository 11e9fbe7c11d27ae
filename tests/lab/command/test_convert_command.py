"""`rune convert` on the command line, with what needs no environment; the rest is in tests/lab/test_conversions.py."""

from __future__ import annotations

import hashlib
import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from lab.command.conversion import parsed_shapes, samples_digest
from lab.quantize.forms import FORMS, TENSORFLOW_INT8
from rune.model.tflite import TensorKind, read_model
from rune.project.files import FolderFiles
from rune.source.policy import check_policy
from rune.source.policy.model_files import check_models
from rune.source.policy.sections.models import FORMS as POLICY_FORMS
from rune.source.policy.sections.models import MODEL_FORMS
from rune.tools.cli import main
from tests.support.training.motion_data import LABELS, write_motion
from tests.support.training.motion_model import RUNEFILE, motion_model

MODELS = Path(__file__).resolve().parent.parent / "models"
FLOAT = MODELS / "network.tflite"


def convert(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["convert", *map(str, arguments)])


@pytest.mark.slow
def test_a_float_model_is_quantised_with_a_table_and_a_record(tmp_path: Path) -> None:
    output = tmp_path / "small.tflite"
    result = convert(FLOAT, "--quantize", "int8", "--keep", "mixing_1", "-o", output)
    assert result.exit_code == 0, result.stderr
    head, float_row, int8_row, *_ = result.stdout.splitlines()
    assert head.split() == ["Form", "File", "Arena", "Constants", "Signal", "to", "noise", "Answers", "changed"]
    assert (float_row.split()[0], int8_row.split()[0]) == ("float32", "int8")
    assert "which is a guess" in result.stdout
    assert "Warning: int8 was calibrated on random numbers." in result.stdout
    assert "Lowest signal to noise" in result.stdout
    model = read_model(output.read_bytes())
    assert model.tensors[model.inputs[0]].kind is TensorKind.INT8
    record = json.loads((tmp_path / "small.provenance.json").read_text())
    assert record["digest"] == f"sha256:{hashlib.sha256(output.read_bytes()).hexdigest()}"
    assert record["source"]["digest"] == f"sha256:{hashlib.sha256(FLOAT.read_bytes()).hexdigest()}"
    assert record["settings"] == {"form": "int8", "float_layers": ["mixing_1"]}
    assert (record["samples"]["kind"], record["samples"]["is_guess"], record["conversion"]) == ("random", True, None)


@pytest.mark.slow
def test_the_same_command_gives_the_same_file_and_the_same_record(tmp_path: Path) -> None:
    samples = tmp_path / "samples"
    samples.mkdir()
    np.save(samples / "a.npy", np.random.default_rng(1).standard_normal((40, 12, 6)))
    results = []
    for name in ("one", "two"):
        output = tmp_path / name / "m.tflite"
        output.parent.mkdir()
        result = convert(FLOAT, "--quantize", "int8", "--samples", samples, "-o", output, "--format", "json")
        assert result.exit_code == 0, result.stderr
        results.append((result.stdout, output.read_bytes(), (output.parent / "m.provenance.json").read_text()))
    assert results[0] == results[1]
    report = json.loads(results[0][0])
    assert [row["form"] for row in report["forms"]] == ["float32", "int8"]
    assert (report["samples"]["calibration"], report["samples"]["judging"]) == (20, 20)
    assert report["provenance"]["samples"]["digest"] == samples_digest(samples)


@pytest.mark.protects("models-in/pickles")
def test_a_pickle_ends_with_the_reason_and_no_file(tmp_path: Path) -> None:
    source, output = tmp_path / "m.pt", tmp_path / "m.tflite"
    source.write_bytes(pickle.dumps({"weights": 1}))
    result = convert(source, "-o", output)
    assert result.exit_code == 1
    assert f'Unable to convert "{source}"' in result.stderr
    assert "runs Python when it is loaded" in result.stderr
    assert not output.exists()


def test_an_environment_that_is_missing_is_named_with_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNE_LAB_DIR", str(tmp_path / "lab"))
    result = convert(MODELS / "network.keras", "-o", tmp_path / "m.tflite")
    assert result.exit_code == 1
    assert "needs the tensorflow environment: 320 MB to download, 1.6 GB on disk" in result.stderr
    assert "--prepare" in result.stderr
    assert not (tmp_path / "lab").exists()


def test_a_file_that_does_not_exist_is_named(tmp_path: Path) -> None:
    result = convert(tmp_path / "none.keras", "-o", tmp_path / "m.tflite")
    assert result.exit_code == 1
    assert "No such file" in result.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--keep", "first_1"], "--keep needs --quantize"),
        (["--keep", "first_1", "--quantize", "int8-tensorflow"], "--keep works with int8 and int16x8"),
        (["--shape", "x"], "NAME=49x10"),
        (["--shape", "x=0x3"], "NAME=49x10"),
        (["--quantize", "int4"], "is not one of"),
    ],
)
def test_a_wrong_option_is_explained(tmp_path: Path, options: list[str], message: str) -> None:
    result = convert(FLOAT, *options, "-o", tmp_path / "m.tflite")
    assert result.exit_code == 2
    assert message in result.stderr


@pytest.mark.slow
def test_a_layer_that_does_not_exist_ends_the_command(tmp_path: Path) -> None:
    result = convert(FLOAT, "--quantize", "int8", "--keep", "nothing", "-o", tmp_path / "m.tflite")
    assert result.exit_code == 1
    assert 'no layer "nothing"' in result.stderr


def test_shapes_are_parsed() -> None:
    assert parsed_shapes(["x=49x10", "a=b=3"]) == {"x": (49, 10), "a=b": (3,)}


@pytest.mark.slow
@pytest.mark.protects("models-in/converters")
def test_the_command_runs_the_quantiser_in_an_isolated_process(tmp_path: Path) -> None:
    """A damaged file reaches no library of this process: the reader that verifies it runs in the child."""
    source = tmp_path / "m.tflite"
    source.write_bytes(FLOAT.read_bytes()[:3000])
    result = convert(source, "--quantize", "int8", "-o", tmp_path / "o.tflite")
    assert result.exit_code == 1
    assert "cannot be read" in result.stderr


@pytest.mark.slow
def test_the_models_of_a_project_are_converted_when_they_are_out_of_date(tmp_path: Path) -> None:
    (tmp_path / "net.tflite").write_bytes(FLOAT.read_bytes())
    policy = tmp_path / "forge.yml"
    policy.write_text("models: {model.tflite: {source: net.tflite, quantize: float16}}\n")
    first, again = convert(tmp_path), convert(tmp_path)
    assert first.exit_code == again.exit_code == 0, first.stderr
    assert "has not been converted" in first.stderr
    assert "The models are as forge.yml says." in again.stdout
    checked_policy = check_policy(FolderFiles(tmp_path))
    assert check_models(FolderFiles(tmp_path), checked_policy.models) == ()
    policy.write_text("models: {model.tflite: {source: net.tflite, quantize: dynamic}}\n")
    assert "converted with other settings" in convert(tmp_path, "--format", "json").stderr
    assert json.loads((tmp_path / "model.provenance.json").read_text())["settings"]["form"] == "dynamic"


def test_a_project_without_models_and_options_beside_a_forge_yml_are_named(tmp_path: Path) -> None:
    (tmp_path / "forge.yml").write_text("limits: {size: 1 MB}\n")
    assert "has no forge.yml with `models`" in convert(tmp_path).stderr
    assert "Name a file to use options" in convert(tmp_path, "-o", tmp_path / "m.tflite").stderr
    (tmp_path / "forge.yml").write_text("models: {m.tflite: {}}\n")
    assert "line 1" in convert(tmp_path).stderr
    assert "Missing option" in convert(FLOAT).stderr


def test_a_folder_that_is_no_model_and_has_no_forge_yml_is_answered_with_what_is_missing(tmp_path: Path) -> None:
    result = convert(tmp_path)
    assert result.exit_code == 1
    assert "has no forge.yml with `models`" in result.stderr
    (tmp_path / "saved_model.pb").write_bytes(b"")
    assert "Missing option" in convert(tmp_path).stderr


def test_a_name_of_another_format_is_refused(tmp_path: Path) -> None:
    result = convert(FLOAT, "-o", tmp_path / "model.onnx")
    assert (result.exit_code, "model.onnx' does not end with .tflite" in result.stderr) == (2, True)
    assert not (tmp_path / "model.onnx").exists()


def test_the_forms_of_a_forge_yml_are_those_of_the_command() -> None:
    assert tuple(FORMS) == POLICY_FORMS
    assert (*FORMS, TENSORFLOW_INT8.name) == MODEL_FORMS


@pytest.mark.slow
def test_recordings_go_through_the_projects_own_stages(tmp_path: Path) -> None:
    (tmp_path / "Runefile.yml").write_text(RUNEFILE)
    (tmp_path / "model.tflite").write_bytes(motion_model())
    data = write_motion(tmp_path / "data", people=8, takes=2)
    output = tmp_path / "small.tflite"
    arguments = [tmp_path / "model.tflite", "--quantize", "int8", "--samples", data, "-o", output]
    failure = convert(*arguments, "--project", data)
    assert failure.exit_code == 1
    assert "There is no Runefile in" in failure.stderr
    result = convert(*arguments, "--project", tmp_path, "--format", "json")
    assert result.exit_code == 0, result.stderr
    report = json.loads(result.stdout)
    samples = report["samples"]
    assert (samples["kind"], samples["classes"], samples["is_guess"]) == ("recordings", list(LABELS), False)
    low, high = samples["ranges"][0]
    assert -3 < low < high < 3  # in g, as the Runefile has it
    float_row, int8_row = report["forms"]
    assert float_row["right"] == float_row["judged"] == samples["judging"]
    assert int8_row["by_label"].keys() == set(LABELS)
    assert report["provenance"]["samples"]["stage"] == "model"
    assert "calibration" not in report["provenance"]["settings"]

    result = convert(*arguments, "--project", tmp_path, "--calibration", "validation", "--format", "json")
    assert result.exit_code == 0, result.stderr
    again = json.loads(result.stdout)
    assert again["samples"]["calibration"] + again["samples"]["judging"] == samples["judging"]
    assert again["provenance"]["settings"]["calibration"] == "validation"
    assert again["provenance"]["samples"]["digest"] != report["provenance"]["samples"]["digest"]


def test_a_folder_without_samples_and_one_without_a_runefile_are_named(tmp_path: Path) -> None:
    samples = tmp_path / "samples"
    samples.mkdir()
    arguments = [FLOAT, "--quantize", "int8", "--samples", samples, "-o", tmp_path / "m.tflite", "--project", tmp_path]
    assert "has no recordings, and no .npy or .npz files." in convert(*arguments).stderr
    (samples / "a.csv").write_text("x\n1\n")
    assert "There is no Runefile in" in convert(*arguments).stderr
    (tmp_path / "Runefile.yml").write_text(RUNEFILE)
    assert "gives no model 1x12x6 floats" in convert(*arguments).stderr


@pytest.mark.slow
def test_a_split_is_for_recordings(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.zeros((40, 12, 6)))
    options = ["--quantize", "int8", "--samples", tmp_path, "--calibration", "validation"]
    result = convert(FLOAT, *options, "-o", tmp_path / "m.tflite")
    assert result.exit_code == 1
    assert "only recordings have splits" in result.stderr
