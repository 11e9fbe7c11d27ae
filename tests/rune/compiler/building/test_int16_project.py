"""A model with activations of int16 in a project, from its file to the numbers that a host reads."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from rune.tools.cli import main
from tests.support.compiler.template_projects import around
from tests.support.models.model_cases import model_cases


def run(*arguments: str | Path) -> str:
    result = CliRunner().invoke(main, list(map(str, arguments)))
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.slow
def test_a_model_of_int16_is_checked_built_run_and_verified(tmp_path: Path) -> None:
    case = next(each for each in model_cases() if each.name == "chain_i16_dense")
    project, example = around(case.data), case.runs[0]
    for name in ("Runefile.yml", "model.tflite"):
        (tmp_path / name).write_bytes(project.read(name))
    (tmp_path / "input").write_bytes(example.inputs[0])
    assert "0 errors, 0 warnings" in run("check", tmp_path)
    run("build", tmp_path, "-o", tmp_path / "app.rune")
    (output,) = json.loads(run("run", tmp_path / "app.rune", "--raw", tmp_path / "input"))["2"]
    assert (output["element-type"], output["dimensions"]) == ("i16", [1, 4])
    assert output["elements"] == np.frombuffer(example.outputs[0], "<i2").tolist()
    text = run("verify", tmp_path / "app.rune", "--project", tmp_path)
    assert "rebuild: these files build exactly this rune" in text
