"""The models of a forge.yml are read, and compared with the files that their conversions wrote."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import jsonschema
import yaml

from rune.datasets.splits import Split
from rune.project.files import MemoryFiles
from rune.source.policy.model_files import check_models
from rune.source.policy.read import read_policy
from rune.source.policy.schema import policy_schema
from rune.source.policy.sections.models import MAX_MODELS, ModelSource
from rune.source.runefile.model_records import record_path
from tests.support.cases import each_case

WHOLE = """\
models:
  models/b.tflite:
    source: training/net.onnx
    quantize: int8
    samples: training/samples
    calibration: validation
    keep: [classes_1, classes_1, mean]
    shapes: {frames: 49x10, ids: 12}
  a.tflite: {source: net.keras}
"""


def test_models_are_read_in_the_order_of_their_paths() -> None:
    result = read_policy(WHOLE)
    assert result.diagnostics == ()
    one, other = result.models
    assert one == ModelSource("a.tflite", "net.keras")
    assert other == ModelSource(
        "models/b.tflite",
        "training/net.onnx",
        "int8",
        "training/samples",
        ("classes_1", "mean"),
        {"frames": (49, 10), "ids": (12,)},
        calibration=Split.VALIDATION,
    )
    assert (one.settings(), other.settings()["calibration"]) == ({"form": "float32", "float_layers": []}, "validation")
    assert other.settings()["shapes"] == {"frames": [49, 10], "ids": [12]}
    jsonschema.validate(yaml.safe_load(WHOLE), policy_schema())


@each_case(
    ("models", "message"),
    [
        ("{m.onnx: {source: a}}", "does not end with `.tflite`"),
        ("{../m.tflite: {source: a}}", "not a path within the project"),
        ("{m.tflite: {source: /etc/passwd}}", "not a path within the project"),
        ("{m.tflite: {source: a, samples: ../b}}", "not a path within the project"),
        ("{m.tflite: {quantize: int8}}", "has no `source`"),
        ("{m.tflite: {source: a.onnx, quantize: int8-tensorflow}}", "`int8-tensorflow` needs a Keras model"),
        ("{m.tflite: {source: a.keras, quantize: int8-tensorflow, keep: [b]}}", "`int8-tensorflow` keeps no layers"),
        ("{m.tflite: net.onnx}", "must be a map with `source`"),
        ("{m.tflite: {source: a, quantize: int4}}", "`quantize` must be one of `float32`"),
        ("{m.tflite: {source: a, keep: [b]}}", "`keep` needs `quantize`"),
        ("{m.tflite: {source: a, quantize: int8, calibration: test}}", "`calibration` must be one of `train`"),
        ("{m.tflite: {source: a, calibration: train}}", "`float32` measures no ranges"),
        ("{m.tflite: {source: a, quantize: dynamic, calibration: train}}", "`dynamic` measures no ranges"),
        ("{m.tflite: {source: a, shapes: {x: 4xb}}}", "must be sizes such as `49x10`"),
        ("{m.tflite: {source: a, shapes: {x: 0}}}", "must be sizes such as `49x10`"),
        ("{m.tflite: {source: a, form: int8}}", 'unknown field "form"'),
        ("[a]", "must be a map from .tflite files"),
        ("{" + ", ".join(f"m{n}.tflite: {{source: a}}" for n in range(MAX_MODELS + 1)) + "}", "more than 50 models"),
    ],
)
def test_what_is_wrong_with_a_model_is_named(models: str, message: str) -> None:
    result = read_policy(f"models: {models}\n")
    assert message in " ".join(each.message for each in result.diagnostics)
    assert (result.policy, result.models) == (None, ())


def test_decision_trees_are_no_model_of_the_section() -> None:
    (one,) = read_policy("models: {m.trees.json: {source: net.onnx}}\n").diagnostics
    assert "does not end with `.tflite`" in one.message
    assert one.notes == (
        "Decision trees are converted by the page Models or by `rune convert`, without an entry here.",
    )


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _files(**changes: Any) -> dict[str, bytes]:
    """The files of a project whose model is as its forge.yml says, but for the changes of its record."""
    record = {
        "digest": _digest(b"model"),
        "source": {"digest": _digest(b"source")},
        "settings": {"form": "int8", "float_layers": []},
    }
    return {"m.tflite": b"model", "net.onnx": b"source", "m.provenance.json": json.dumps(record | changes).encode()}


MODEL = read_policy("models: {m.tflite: {source: net.onnx, quantize: int8}}\n").models


def test_a_model_that_is_as_its_record_says_has_no_problem() -> None:
    assert record_path("a/m.tflite") == "a/m.provenance.json"
    assert check_models(MemoryFiles(_files()), MODEL) == ()


@each_case(
    ("files", "message"),
    [
        ({**_files(), "m.tflite": b"other"}, "is not the file that its conversion wrote"),
        ({**_files(), "net.onnx": b"other"}, '"net.onnx" has changed since'),
        (_files(settings={"form": "float32", "float_layers": []}), "converted with other settings"),
        ({**_files(), "m.provenance.json": b"{"}, "cannot be read"),
        ({**_files(), "m.provenance.json": b"[]"}, "cannot be read"),
        ({**_files(), "m.provenance.json": b"[" * 200_000}, "cannot be read"),
        (_files(source=None), "cannot be read"),
        ({"net.onnx": b"source"}, "has not been converted"),
        ({"net.onnx": b"source", "m.tflite": b"model"}, "has no record"),
        ({"m.tflite": b"model"}, 'The source "net.onnx" of "m.tflite" is missing'),
    ],
)
def test_a_model_that_is_not_as_its_forge_yml_says_is_a_warning(files: dict[str, bytes], message: str) -> None:
    (warning,) = check_models(MemoryFiles(files), MODEL)
    assert message in warning.message
    assert (warning.code, warning.severity.value, warning.span.start.line) == ("RUNE0107", "warning", 1)


def test_a_missing_source_is_not_answered_with_a_conversion() -> None:
    (diagnostic,) = check_models(MemoryFiles({"net.onnx": b"source"}), MODEL)
    (missing,) = check_models(MemoryFiles({"m.tflite": b"model"}), MODEL)
    assert diagnostic.notes == ("Run `rune convert` in the project's folder.",)
    assert missing.notes == ("Put the source file there, or correct `source:` in forge.yml.",)
