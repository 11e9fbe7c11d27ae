"""The section `training` of a `forge.yml`: from which data, and by which recipe, the project's model is learned."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from rune.project.files import FileNotInProject, normal_path
from rune.source.policy.sections.models import FORMS
from rune.source.runefile.codes import Code
from rune.source.runefile.diagnostics import Span
from rune.source.runefile.parsing.fields import Field, is_null, read_fields, read_text, text_keys, wrong_shape
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.yaml.values import Map, YamlScalar
from rune.wording import quoted

TRAINING_KEYS: Final = ("recipe", "data", "model", "quantize", "seed", "backbone", "teacher", "start", "arguments")
MAX_SEED: Final = (1 << 31) - 1
MAX_ARGUMENTS: Final = 50
DEFAULT_MODEL: Final = "model.tflite"
DEFAULT_FORM: Final = "int8"
TEACHER_SUFFIX: Final = ".float.tflite"
"""How the path of a model ends that a training run wrote before it was quantised."""
START_SUFFIXES: Final = (".keras", ".h5")
RECIPE_NAME: Final = r"[a-z][a-z0-9-]{0,39}"


@dataclass(frozen=True)
class Training:
    """The training of the model file `model`. `data` is a folder or a ZIP file of recordings; paths begin at the
    project's folder. Which arguments exist, the recipe says."""

    recipe: str
    data: str
    model: str = DEFAULT_MODEL
    form: str = DEFAULT_FORM
    seed: int = 0
    arguments: Mapping[str, int | float] = field(default_factory=dict)
    backbone: str = ""
    """The model file behind whose features the recipe learns; "" for a recipe that learns behind none."""
    teacher: str = ""
    """The float model of a training run whose answers the network learns beside the labels; "" for none."""
    start: str = ""
    """The model of Keras with whose weights the network begins; "" for none."""
    span: Span | None = field(default=None, compare=False)
    """The place where the key is written."""

    def settings(self) -> dict[str, Any]:
        """The settings as the record of a training run has them."""
        return {
            "recipe": self.recipe,
            "quantize": self.form,
            "seed": self.seed,
            "arguments": dict(sorted(self.arguments.items())),
            **({"backbone": self.backbone} if self.backbone else {}),
            **({"teacher": self.teacher} if self.teacher else {}),
            **({"start": self.start} if self.start else {}),
        }


def read_training(field: Field | None, report: DiagnosticReport) -> Training | None:
    """The section, or None if there is none, or an error in it."""
    if field is None or is_null(field[1]):
        return None
    key, value = field
    if not isinstance(value, Map):
        wrong_shape(report, "`training`", "a map with `recipe` and `data`", value)
        return None
    before = report.error_count
    fields = read_fields(value, TRAINING_KEYS, "in `training`", report, strict=True)
    for name, example in (("recipe", "recipe: motion"), ("data", "data: samples")):
        if name not in fields:
            report.error(Code.BAD_TRAINING, f"`training` has no `{name}`", key.span, [f"Write `{example}`."])
    recipe = _recipe(fields.get("recipe"), report)
    data = _path("data", fields.get("data"), report)
    model = _path("model", fields.get("model"), report) or DEFAULT_MODEL
    backbone = _path("backbone", fields.get("backbone"), report) or ""
    for name, path in (("model", model), ("backbone", backbone)):
        if path and not path.endswith(".tflite"):
            report.error(Code.BAD_TRAINING, f"{quoted(path)} does not end with `.tflite`", fields[name][1].span)
    if backbone == model:
        notes = ["Give the model that is learned another path with `model`."]
        report.error(Code.BAD_TRAINING, "The backbone is the model that is learned", fields["backbone"][1].span, notes)
    teacher = _teacher(fields.get("teacher"), model, report)
    start = _path("start", fields.get("start"), report) or ""
    if start and not start.endswith(START_SUFFIXES):
        message = f"{quoted(start)} does not end with `.keras` or `.h5`"
        report.error(Code.BAD_TRAINING, message, fields["start"][1].span)
    form = _form(fields.get("quantize"), report)
    seed = _seed(fields.get("seed"), report)
    arguments = _arguments(fields.get("arguments"), report)
    if recipe is None or data is None or report.error_count > before:
        return None
    return Training(recipe, data, model, form, seed, arguments, backbone, teacher, start, key.span)


def _teacher(field: Field | None, model: str, report: DiagnosticReport) -> str:
    path = _path("teacher", field, report) or ""
    if field is None or not path:
        return path
    if not path.endswith(TEACHER_SUFFIX):
        notes = ["Name the float model that a training run wrote beside its model."]
        report.error(Code.BAD_TRAINING, f"{quoted(path)} does not end with `{TEACHER_SUFFIX}`", field[1].span, notes)
    elif path == model.removesuffix(".tflite") + TEACHER_SUFFIX:
        notes = ["Give the model that is learned another path with `model`."]
        report.error(Code.BAD_TRAINING, "The teacher is written by the run itself", field[1].span, notes)
    return path


def _recipe(field: Field | None, report: DiagnosticReport) -> str | None:
    word = None if field is None else read_text(field[1], "`recipe`", report)
    if word is not None and not re.fullmatch(RECIPE_NAME, word.text):
        report.error(Code.BAD_TRAINING, f"{quoted(word.text)} is not the name of a recipe", word.span)
        return None
    return None if word is None else word.text


def _path(name: str, field: Field | None, report: DiagnosticReport) -> str | None:
    word = None if field is None else read_text(field[1], f"`{name}`", report)
    if word is None:
        return None
    try:
        return normal_path(word.text)
    except FileNotInProject:
        report.error(Code.BAD_TRAINING, f"{quoted(word.text)} is not a path within the project", word.span)
        return None


def _form(field: Field | None, report: DiagnosticReport) -> str:
    if field is None or is_null(field[1]):
        return DEFAULT_FORM
    value = field[1]
    if isinstance(value, YamlScalar) and value.text in FORMS:
        return value.text
    wrong_shape(report, "`quantize`", f"one of {', '.join(f'`{form}`' for form in FORMS)}", value)
    return DEFAULT_FORM


def _seed(field: Field | None, report: DiagnosticReport) -> int:
    if field is None or is_null(field[1]):
        return 0
    value = field[1]
    seed = value.value if isinstance(value, YamlScalar) else None
    if isinstance(seed, int) and not isinstance(seed, bool) and 0 <= seed <= MAX_SEED:
        return seed
    wrong_shape(report, "`seed`", f"a whole number from 0 to {MAX_SEED}", value)
    return 0


def _arguments(field: Field | None, report: DiagnosticReport) -> dict[str, int | float]:
    if field is None or is_null(field[1]):
        return {}
    value = field[1]
    if not isinstance(value, Map) or len(value.entries) > MAX_ARGUMENTS:
        wrong_shape(report, "`arguments`", "a map from names to numbers, such as `epochs: 60`", value)
        return {}
    arguments: dict[str, int | float] = {}
    for key, item in text_keys(value, report):
        number = item.value if isinstance(item, YamlScalar) else None
        if key.text in arguments:
            report.error(Code.REPEATED_KEY, f"The argument {quoted(key.text)} is repeated", key.span)
        elif isinstance(number, int | float) and not isinstance(number, bool) and math.isfinite(number):
            arguments[key.text] = number
        else:
            wrong_shape(report, f"The argument {quoted(key.text)}", "a number", item)
    return arguments
