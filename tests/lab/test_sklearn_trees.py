"""Decision trees of scikit-learn, as skl2onnx writes them, become the file of the block `decision_trees`."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from lab.command import job
from lab.environments.environment import ENVIRONMENTS
from rune.digests import digest_of
from rune.environments.analysis import ANALYSIS, QUANTISER
from rune.environments.environment import Environment, EnvironmentNeeded
from rune.tools.cli import main
from tests.support.compiler.block_references.learned import decision_trees
from tests.support.models.onnx_files import model, write
from tests.support.models.onnx_trees import NEWER, STUMP, learner, regressor
from tests.support.models.sklearn_files import ANSWERS, FOLDER

TREES = sorted(name for name in ANSWERS.files if name.startswith(("tree", "forest", "extra", "boosting")))
SCORED = ("boosting", "boosting_two")
"""Trees whose outputs are scores, of which softmax makes shares."""

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(not ENVIRONMENTS["onnx"].is_ready, reason="needs the onnx environment"),
]


def convert(source: Path, output: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["convert", str(source), "-o", str(output), *options])


def project_around(folder: Path, stages: str) -> None:
    """A project that reads four numbers and shows what the trees answer. `stages` is the text of the command."""
    pipeline, resources = stages.split("resources:\n")
    text = f"""\
version: 1
image: runicos/base

pipeline:
  features:
    capability: RAW
    outputs:
      - {{type: f32, dimensions: [4]}}

{pipeline}
  shown:
    out: SERIAL
    inputs: [model]

resources:
{resources}"""
    (folder / "Runefile.yml").write_text(text)


def answers(text: str, rows: np.ndarray[Any, Any], *, is_scored: bool) -> np.ndarray[Any, Any]:
    """The block's answers by its reference, with the softmax behind it."""
    scores = np.stack([decision_trees({"trees": text}, [row])[0] for row in rows]).astype(np.float64)
    if not is_scored:
        return scores
    powers = np.exp(scores - scores.max(1, keepdims=True))
    return np.asarray(powers / powers.sum(1, keepdims=True))


@pytest.mark.parametrize("name", TREES)
def test_trees_answer_what_scikit_learn_answers(tmp_path: Path, name: str) -> None:
    output = tmp_path / "walk.trees.json"
    result = convert(FOLDER / f"{name}.onnx", output, "--format", "json")
    assert result.exit_code == 0, result.stderr
    expected = ANSWERS[name]
    actual = answers(output.read_text(), ANSWERS["rows"], is_scored=name in SCORED)
    assert actual.shape == expected.shape
    assert np.abs(actual - expected).max() <= 1e-5 * np.abs(expected).max()
    assert json.loads(result.stdout)["difference"] < 1e-5


@pytest.mark.parametrize(("name", "outputs"), [("forest", 3), ("boosting_two", 2), ("forest_number", 1)])
def test_the_stages_of_the_command_are_those_of_a_project_that_is_built(
    tmp_path: Path, name: str, outputs: int
) -> None:
    result = convert(FOLDER / f"{name}.onnx", tmp_path / "walk.trees.json")
    assert result.exit_code == 0, result.stderr
    head, stages = result.stdout.split("Stages for the Runefile:\n")
    assert ("Classes, in the order of the scores: rest, run, walk." in head) == (outputs == 3)
    project_around(tmp_path, stages)
    build_run = CliRunner().invoke(main, ["build", str(tmp_path), "-o", str(tmp_path / "walk.rune")])
    assert build_run.exit_code == 0, build_run.stderr
    record = json.loads((tmp_path / "walk.trees.json.provenance.json").read_text())
    assert record["digest"] == digest_of((tmp_path / "walk.trees.json").read_bytes())
    assert record["source"]["format"] == "onnx"


def test_the_operator_of_version_5_answers_what_onnxruntime_answers(tmp_path: Path) -> None:
    source = write(tmp_path / "m.onnx", replace(model(learner("TreeEnsemble", NEWER)), learners_opset=5))
    result = convert(source, tmp_path / "walk.trees.json", "--format", "json")
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["difference"] < 1e-6


def test_trees_that_answer_otherwise_are_refused(tmp_path: Path) -> None:
    """onnxruntime adds leaves as f32, in which 1 more than a hundred million is the same number; the block has f64."""
    trees: dict[str, Any] = {name: value * 3 for name, value in STUMP.items() if isinstance(value, tuple)}
    trees |= {"nodes_treeids": (0, 0, 0, 1, 1, 1, 2, 2, 2), "target_treeids": (0, 0, 1, 1, 2, 2)}
    trees |= {"target_weights": (1e8, 1e8, 1.0, 1.0, -1e8, -1e8), "n_targets": 1}
    source = replace(model(regressor(trees)), learners_opset=3)
    result = convert(write(tmp_path / "m.onnx", source), tmp_path / "walk.trees.json")
    assert result.exit_code == 1
    assert "The converted trees answer otherwise than their source" in result.stderr


def test_trees_as_a_model_file_are_refused_with_the_name_to_choose(tmp_path: Path) -> None:
    result = convert(FOLDER / "forest.onnx", tmp_path / "walk.tflite")
    assert result.exit_code == 1
    assert "TreeEnsembleClassifier is not converted: decision trees are no layers" in result.stderr
    assert ".trees.json" in result.stderr


def test_another_model_is_no_file_of_trees(tmp_path: Path) -> None:
    result = convert(FOLDER / "logistic.onnx", tmp_path / "walk.trees.json")
    assert result.exit_code == 1
    assert "The model has no decision trees" in result.stderr
    assert "ends with .tflite" in result.stderr


@pytest.mark.parametrize("options", [("--quantize", "int8"), ("--compare",), ("--keep", "a"), ("--float-interface",)])
def test_trees_have_no_forms(tmp_path: Path, options: tuple[str, ...]) -> None:
    result = convert(FOLDER / "forest.onnx", tmp_path / "walk.trees.json", *options)
    assert result.exit_code == 2
    assert "Decision trees have no forms" in result.stderr


def test_a_server_converts_trees_without_the_quantiser_that_forms_need(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(environment: Environment | None, *modules: str) -> None:
        assert (environment, modules) == (None, (QUANTISER,))
        raise EnvironmentNeeded(ANALYSIS)

    monkeypatch.setattr(job, "require_environments", refuse)
    request = {"folder": str(tmp_path), "shapes": {}}
    answer = job.make_float_file({**request, "source": str(FOLDER / "forest.onnx")}, lambda share, text: None)
    assert (answer["conversion"], answer["float"], answer["trees"]["trees"]) == (None, None, 6)
    with pytest.raises(EnvironmentNeeded):
        job.make_float_file({**request, "source": str(FOLDER / "logistic.onnx")}, lambda share, text: None)
