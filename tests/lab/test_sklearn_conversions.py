"""Estimators of scikit-learn, as skl2onnx writes them, are converted and answer what scikit-learn answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from lab.child.start import Step, run
from lab.environments.environment import ENVIRONMENTS
from lab.quantize.noise import RunningModel
from lab.refusal import Reason, Refused
from rune.model.tflite import read_model
from rune.tools.cli import main
from tests.support.models.sklearn_files import ANSWERS, FOLDER

ONNX = ENVIRONMENTS["onnx"]
LINEAR = sorted(name for name in ANSWERS.files if name.startswith(("linear", "logistic", "perceptron", "ridge", "sgd")))
TOLERANCE = 2e-5
"""The largest difference from the answers of scikit-learn, which are of 64 bits."""

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(not ONNX.is_ready, reason="needs the onnx environment, which `make lab` prepares"),
]


@pytest.fixture
def convert(tmp_path: Path) -> Callable[..., tuple[Any, bytes]]:
    def converted(name: str) -> tuple[Any, bytes]:
        step = Step("onnx", {}, {"source": FOLDER / f"{name}.onnx"}, {"model": tmp_path / "converted"})
        return run(step, ONNX.python).result, (tmp_path / "converted").read_bytes()

    return converted


@pytest.mark.parametrize("name", LINEAR)
def test_a_linear_pipeline_answers_what_scikit_learn_answers(convert: Callable[..., Any], name: str) -> None:
    result, data = convert(name)
    model = RunningModel(data)
    answers = np.concatenate([model.run([row[None]])[0] for row in ANSWERS["rows"]])
    expected = ANSWERS[name]
    assert answers.shape == expected.shape
    assert np.abs(answers - expected).max() <= TOLERANCE * np.abs(expected).max()
    assert result["difference"] < 1e-5
    assert result["saved_with"].startswith("ONNX of skl2onnx")


@pytest.mark.parametrize(
    ("name", "classes"),
    [
        ("logistic", ["rest", "run", "walk"]),
        ("logistic_clipped", ["0", "10", "20"]),
        ("linear_svc", ["rest", "run", "walk"]),
        ("sgd_hinge", ["rest", "run", "walk"]),
        ("sgd_log_two", ["0", "1"]),
        ("ridge", []),
    ],
)
def test_the_names_of_classes_come_with_the_model(convert: Callable[..., Any], name: str, classes: list[str]) -> None:
    result, data = convert(name)
    assert result["classes"] == classes
    assert len(read_model(data).outputs) == 1, "the label is no output"


def test_one_score_of_two_classes_is_explained(tmp_path: Path) -> None:
    arguments = ["convert", str(FOLDER / "linear_svc_two.onnx"), "-o", str(tmp_path / "walk.tflite")]
    result = CliRunner().invoke(main, arguments)
    assert "Classes: above 0 the score is for 1, else for 0." in result.stdout


def test_the_command_writes_a_model_and_names_the_classes(tmp_path: Path) -> None:
    output = tmp_path / "walk.tflite"
    arguments = ["convert", str(FOLDER / "logistic.onnx"), "--quantize", "int8", "-o", str(output)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.stderr
    assert "Classes, in the order of the scores: rest, run, walk." in result.stdout
    rows = [line.split() for line in result.stdout.splitlines() if line.startswith(("float32", "int8"))]
    assert [row[0] for row in rows] == ["float32", "int8"]
    assert "-" not in rows[0] + rows[1], "both are compiled"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("svc", "SVMClassifier is not converted: .* LinearSVC"),
        ("logistic_largest", 'Normalizer "[^"]*" .*MAX'),
    ],
)
def test_another_operator_is_refused_by_its_name_and_the_reason(
    convert: Callable[..., Any], name: str, message: str
) -> None:
    with pytest.raises(Refused, match=message) as error:
        convert(name)
    assert error.value.reason in (Reason.NOT_CONVERTED, Reason.UNKNOWN_LAYER)
