"""The training of a forge.yml is read, and what is wrong with it is named."""

from __future__ import annotations

import jsonschema
import pytest
import yaml

from rune.source.policy.read import read_policy
from rune.source.policy.schema import policy_schema
from rune.source.policy.sections.training import MAX_SEED, Training
from tests.support.cases import each_case

WHOLE = """\
training:
  recipe: motion
  data: recordings/watch
  model: models/gesture.tflite
  quantize: int16x8
  seed: 7
  arguments: {epochs: 30, dropout: 0.5}
"""


def test_the_section_is_read_with_its_defaults() -> None:
    result = read_policy(WHOLE)
    assert result.diagnostics == ()
    arguments = {"epochs": 30, "dropout": 0.5}
    assert result.training == Training("motion", "recordings/watch", "models/gesture.tflite", "int16x8", 7, arguments)
    jsonschema.validate(yaml.safe_load(WHOLE), policy_schema())
    short = "training: {recipe: motion, data: samples}\n"
    assert read_policy(short).training == Training("motion", "samples", "model.tflite", "int8", 0, {})
    jsonschema.validate(yaml.safe_load(short), policy_schema())
    behind = "training: {recipe: transfer, data: samples, backbone: models/b.tflite}\n"
    result = read_policy(behind)
    assert result.training == Training("transfer", "samples", backbone="models/b.tflite")
    assert result.training.settings()["backbone"] == "models/b.tflite"
    jsonschema.validate(yaml.safe_load(behind), policy_schema())
    assert read_policy("limits: {}\n").training is None


def test_a_teacher_is_the_float_model_of_an_earlier_run() -> None:
    text = "training: {recipe: motion, data: samples, teacher: big.float.tflite}\n"
    result = read_policy(text)
    assert result.training == Training("motion", "samples", teacher="big.float.tflite")
    assert result.training.settings()["teacher"] == "big.float.tflite"
    jsonschema.validate(yaml.safe_load(text), policy_schema())


@pytest.mark.parametrize("path", ["models/words.keras", "old.h5"])
def test_a_start_is_a_model_of_keras(path: str) -> None:
    text = f"training: {{recipe: motion, data: samples, start: {path}}}\n"
    result = read_policy(text)
    assert result.training == Training("motion", "samples", start=path)
    assert result.training.settings()["start"] == path
    jsonschema.validate(yaml.safe_load(text), policy_schema())


@each_case(
    ("training", "message"),
    [
        ("motion", "`training` must be a map with `recipe` and `data`"),
        ("{recipe: motion}", "`training` has no `data`"),
        ("{data: samples}", "`training` has no `recipe`"),
        ("{recipe: ../x, data: samples}", "is not the name of a recipe"),
        ("{recipe: motion, data: ../samples}", "is not a path within the project"),
        ("{recipe: motion, data: /tmp}", "is not a path within the project"),
        ("{recipe: transfer, data: samples, backbone: b.keras}", '"b.keras" does not end with `.tflite`'),
        ("{recipe: transfer, data: samples, backbone: ../b.tflite}", "is not a path within the project"),
        ("{recipe: transfer, data: samples, backbone: model.tflite}", "The backbone is the model that is learned"),
        ("{recipe: motion, data: samples, model: m.onnx}", "does not end with `.tflite`"),
        ("{recipe: motion, data: samples, quantize: int4}", "`quantize` must be one of"),
        ("{recipe: motion, data: samples, teacher: t.tflite}", '"t.tflite" does not end with `.float.tflite`'),
        ("{recipe: motion, data: samples, teacher: ../t.float.tflite}", "is not a path within the project"),
        ("{recipe: motion, data: samples, teacher: model.float.tflite}", "The teacher is written by the run itself"),
        ("{recipe: motion, data: samples, start: s.tflite}", '"s.tflite" does not end with `.keras` or `.h5`'),
        ("{recipe: motion, data: samples, start: ../s.keras}", "is not a path within the project"),
        ("{recipe: motion, data: samples, seed: -1}", "`seed` must be a whole number"),
        (f"{{recipe: motion, data: samples, seed: {MAX_SEED + 1}}}", "`seed` must be a whole number"),
        ("{recipe: motion, data: samples, seed: true}", "`seed` must be a whole number"),
        ("{recipe: motion, data: samples, arguments: [1]}", "`arguments` must be a map"),
        ("{recipe: motion, data: samples, arguments: {epochs: many}}", 'argument "epochs" must be a number'),
        ("{recipe: motion, data: samples, arguments: {epochs: .inf}}", 'argument "epochs" must be a number'),
        ("{recipe: motion, data: samples, epochs: 3}", 'unknown field "epochs"'),
    ],
)
def test_what_is_wrong_with_a_training_is_named(training: str, message: str) -> None:
    result = read_policy(f"training: {training}\n")
    assert message in " ".join(each.message for each in result.diagnostics)
    assert (result.policy, result.training) == (None, None)
