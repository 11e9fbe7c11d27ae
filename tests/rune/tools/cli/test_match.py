"""`--match`: whose bits a rune gives, in the build, its report and its verification."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner

from rune.model.tflite import read_model, signature
from rune.source.runefile.model_inputs.starter import starter
from rune.tools.cli import main
from tests.support.models.model_cases import compiled_model

pytestmark = pytest.mark.skipif(find_spec("tflite_micro") is None, reason="tflite-micro is for Linux on x86-64")


def project(folder: Path, model: str) -> Path:
    data = compiled_model(model)
    (folder / "model.tflite").write_bytes(data)
    (folder / "Runefile.yml").write_text(starter(signature(read_model(data)), "model.tflite"))
    return folder


@pytest.mark.slow
def test_a_rune_is_built_and_verified_with_the_bits_of_tflite_micro(tmp_path: Path) -> None:
    folder, rune = project(tmp_path, "fully_connected_i8_keep_dimensions"), tmp_path / "matched.rune"
    report = tmp_path / "report.json"
    arguments = ["build", str(folder), "-o", str(rune), "--match", "tflm"]
    build = CliRunner().invoke(main, [*arguments, "--format", "json"])
    assert build.exit_code == 0, build.output
    report.write_text(build.stdout)
    assert json.loads(build.stdout)["report"]["profile"] == "tflite-micro"
    verification = CliRunner().invoke(main, ["verify", str(rune), "--project", str(folder), "--report", str(report)])
    assert verification.exit_code == 0, verification.output
    assert "reference: tflite-micro 0.dev" in verification.stdout


@pytest.mark.slow
def test_a_rune_with_the_bits_of_litert_is_not_one_of_tflite_micro(tmp_path: Path) -> None:
    folder, rune = project(tmp_path, "logistic_i8_almost_halves"), tmp_path / "litert.rune"
    assert CliRunner().invoke(main, ["build", str(folder), "-o", str(rune)]).exit_code == 0
    arguments = ["verify", str(rune), "--project", str(folder), "--match", "tflm"]
    assert CliRunner().invoke(main, arguments).exit_code == 1


@pytest.mark.parametrize(
    ("model", "options"),
    [("tile_i8_plain", []), ("conv_2d_u8_same", ["--explain"]), ("conv_2d_i8_same", ["--host-models"])],
)
def test_what_cannot_match_is_refused_by_name(model: str, options: list[str], tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["build", str(project(tmp_path, model)), "--match", "tflm", *options])
    assert result.exit_code == 1
    assert "cannot match TFLite Micro" in result.output
    if not options:
        assert "It needs TILE with int8, which TFLite Micro lacks." in result.output
