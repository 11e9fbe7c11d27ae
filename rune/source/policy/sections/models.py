"""The section `models` of a `forge.yml`: how each model file is converted from the file of a training library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from rune.datasets.calibration import CALIBRATION_SPLITS
from rune.datasets.calibration_kind import STATIC_FORMS, TENSORFLOW_INT8
from rune.datasets.splits import Split
from rune.project.files import FileNotInProject, normal_path
from rune.source.policy.approvers import read_list
from rune.source.runefile.codes import Code
from rune.source.runefile.diagnostics import Span
from rune.source.runefile.parsing.fields import Field, is_null, read_fields, read_text, text_keys, wrong_shape
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.syntax import Word
from rune.source.runefile.yaml.values import Map, Value, YamlScalar
from rune.wording import listed, quoted

FORMS: Final = ("float32", "float16", "dynamic", "int8", "int8-tensor", "int16x8")
"""The forms that the quantiser makes of any float model."""
MODEL_FORMS: Final = (*FORMS, TENSORFLOW_INT8)
"""The forms of a converted model, which `rune convert --quantize` takes."""
KERAS_SUFFIXES: Final = (".keras", ".h5", ".hdf5")
MODEL_KEYS: Final = ("source", "quantize", "interface", "samples", "calibration", "keep", "shapes")
INTERFACES: Final = ("quantized", "float32")
"""The types of a quantised model's inputs and outputs: numbers of its form, or floats."""
CALIBRATIONS: Final = tuple(split.value for split in CALIBRATION_SPLITS)
"""The splits of recordings on which ranges may be measured."""
MAX_MODELS: Final = 50
MAX_NAMES: Final = 200
"""Layers, and inputs, of one model."""
_LARGEST: Final = 1 << 24
_TREES_ADVICE: Final = "Decision trees are converted by the page Models or by `rune convert`, without an entry here."


@dataclass(frozen=True)
class ModelSource:
    """The conversion of a model file: the source file, the form, the folder of samples, layers that stay floats,
    whether inputs and outputs do, the shapes of inputs that the source leaves open, and the split of recordings on
    which ranges are measured. Paths begin at the project's folder."""

    path: str
    source: str
    form: str = FORMS[0]
    samples: str | None = None
    float_layers: tuple[str, ...] = ()
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    float_interface: bool = False
    calibration: Split = CALIBRATION_SPLITS[0]
    span: Span | None = field(default=None, compare=False)
    """The place where the file's name is written."""

    def settings(self) -> dict[str, Any]:
        """The settings as the record of a conversion has them."""
        settings: dict[str, Any] = {"form": self.form, "float_layers": list(self.float_layers)}
        if self.float_interface:
            settings["interface"] = INTERFACES[1]
        if self.calibration is not CALIBRATION_SPLITS[0]:
            settings["calibration"] = self.calibration.value
        if self.shapes:
            settings["shapes"] = {name: list(shape) for name, shape in self.shapes.items()}
        return settings


def read_models(field: Field | None, report: DiagnosticReport) -> tuple[ModelSource, ...]:
    """The models in the order of their paths."""
    if field is None or is_null(field[1]):
        return ()
    value = field[1]
    if not isinstance(value, Map):
        wrong_shape(report, "`models`", "a map from .tflite files to their sources", value)
        return ()
    if len(value.entries) > MAX_MODELS:
        report.error(Code.TOO_LARGE, f"`models` has more than {MAX_MODELS} models", value.span)
        return ()
    models: dict[str, ModelSource] = {}
    for key, item in text_keys(value, report):
        path = _path(Word(key.text, key.span), report)
        if path is None:
            continue
        if not path.endswith(".tflite"):
            notes = [_TREES_ADVICE] if path.endswith(".trees.json") else []
            report.error(Code.BAD_MODEL_SOURCE, f"{quoted(path)} does not end with `.tflite`", key.span, notes)
        elif path in models:
            report.error(Code.REPEATED_KEY, f"The model {quoted(path)} is repeated", key.span)
        else:
            model = _model(path, key, item, report)
            if model is not None:
                models[path] = model
    return tuple(models[path] for path in sorted(models))


def _model(path: str, key: YamlScalar, value: Value, report: DiagnosticReport) -> ModelSource | None:
    if not isinstance(value, Map):
        wrong_shape(report, f"The model {quoted(path)}", "a map with `source`", value)
        return None
    before = report.error_count
    fields = read_fields(value, MODEL_KEYS, "in a model", report, strict=True)
    if "source" not in fields:
        notes = ["Name the file of the training library: `source: training/model.keras`."]
        report.error(Code.BAD_MODEL_SOURCE, f"The model {quoted(path)} has no `source`", key.span, notes)
        return None
    source = _named_path("source", fields["source"], report)
    samples = _named_path("samples", fields["samples"], report) if "samples" in fields else None
    form = _choice(fields.get("quantize"), "`quantize`", MODEL_FORMS, report)
    interface = _choice(fields.get("interface"), "`interface`", INTERFACES, report)
    calibration = _choice(fields.get("calibration"), "`calibration`", CALIBRATIONS, report)
    layers = _layers(fields.get("keep"), report)
    shapes = _shapes(fields.get("shapes"), report)
    if layers and form == FORMS[0]:
        notes = ["A float model keeps all its layers. Choose a form with `quantize`, or remove `keep`."]
        report.error(Code.BAD_MODEL_SOURCE, "`keep` needs `quantize`", fields["keep"][0].span, notes)
    if form == TENSORFLOW_INT8:
        _check_tensorflow_form(source, fields, report)
    if "calibration" in fields and form not in STATIC_FORMS:
        notes = [f"Ranges are measured for {listed([f'`{each}`' for each in STATIC_FORMS])}. Remove `calibration`."]
        report.error(Code.BAD_MODEL_SOURCE, f"`{form}` measures no ranges", fields["calibration"][0].span, notes)
    if source is None or report.error_count > before:
        return None
    floats = interface == INTERFACES[1]
    return ModelSource(path, source, form, samples, layers, shapes, floats, Split(calibration), key.span)


def _check_tensorflow_form(source: str | None, fields: Mapping[str, Field], report: DiagnosticReport) -> None:
    """Reports what TensorFlow's own quantiser cannot do."""
    if source is not None and not source.endswith(KERAS_SUFFIXES):
        notes = ["TensorFlow quantises Keras models. Choose `int8`, which is made of any source."]
        report.error(
            Code.BAD_MODEL_SOURCE, f"`{TENSORFLOW_INT8}` needs a Keras model", fields["quantize"][0].span, notes
        )
    if "keep" in fields:
        notes = ["Layers stay in float in `int8` and `int16x8`."]
        report.error(Code.BAD_MODEL_SOURCE, f"`{TENSORFLOW_INT8}` keeps no layers", fields["keep"][0].span, notes)


def _named_path(name: str, field: Field, report: DiagnosticReport) -> str | None:
    word = read_text(field[1], f"`{name}`", report)
    return None if word is None else _path(word, report)


def _path(word: Word, report: DiagnosticReport) -> str | None:
    """A path within the project."""
    try:
        return normal_path(word.text)
    except FileNotInProject:
        message = f"{quoted(word.text)} is not a path within the project"
        report.error(Code.BAD_MODEL_SOURCE, message, word.span)
        return None


def _choice(field: Field | None, name: str, choices: tuple[str, ...], report: DiagnosticReport) -> str:
    """One of the choices; the first of them if there is no field."""
    if field is None or is_null(field[1]):
        return choices[0]
    value = field[1]
    if isinstance(value, YamlScalar) and value.text in choices:
        return value.text
    wrong_shape(report, name, f"one of {', '.join(f'`{choice}`' for choice in choices)}", value)
    return choices[0]


def _layers(field: Field | None, report: DiagnosticReport) -> tuple[str, ...]:
    items = () if field is None else read_list(field, "`keep`", report) or ()
    words = [read_text(item, "A layer of `keep`", report) for item in items[:MAX_NAMES]]
    return tuple(dict.fromkeys(word.text for word in words if word is not None))


def _shapes(field: Field | None, report: DiagnosticReport) -> dict[str, tuple[int, ...]]:
    """Shapes as `rune convert --shape` has them: `49x10`, without the batch."""
    if field is None or is_null(field[1]):
        return {}
    value = field[1]
    if not isinstance(value, Map) or len(value.entries) > MAX_NAMES:
        wrong_shape(report, "`shapes`", "a map from inputs to shapes such as `49x10`", value)
        return {}
    shapes: dict[str, tuple[int, ...]] = {}
    for key, item in text_keys(value, report):
        parts = item.text.split("x") if isinstance(item, YamlScalar) and item.text else []
        if parts and all(part.isascii() and part.isdigit() and 0 < int(part[:9]) < _LARGEST for part in parts):
            shapes[key.text] = tuple(map(int, parts))
        else:
            wrong_shape(report, f"The shape of {quoted(key.text)}", "sizes such as `49x10`", item)
    return shapes
