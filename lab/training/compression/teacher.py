"""A model of an earlier training run as the teacher of another: what it must have in common with it. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lab.recipes.arguments import read_arguments
from lab.recipes.catalogue import recipe_of
from lab.recipes.recipe import features_runefile
from lab.refusal import Reason, Refused
from lab.training.settings import RunSettings, bytes_digest
from rune.model.tflite import ModelError, TensorKind, read_model
from rune.source.policy.sections.training import TEACHER_SUFFIX
from rune.source.runefile.model_records import record_path
from rune.wording import listed, plain, quoted


@dataclass(frozen=True)
class Teacher:
    """The float model that a training run wrote to `path`, and the text of the record beside it."""

    path: str
    data: bytes
    record: bytes


def teacher_model_path(path: str) -> str:
    """The path of the quantised model beside a teacher's float model."""
    return path.removesuffix(TEACHER_SUFFIX) + ".tflite"


def teacher_record_path(path: str) -> str:
    """The path of the record that says where a teacher came from."""
    return record_path(teacher_model_path(path))


def require_teacher(teacher: Teacher, settings: RunSettings) -> None:
    """Raises `Refused` where the model cannot teach this run: it must answer with the same labels, from the same
    features."""
    recipe = settings.recipe
    if not recipe.takes_teacher:
        raise Refused(Reason.SETTINGS, f"The recipe {recipe.name} learns without a teacher. Remove `teacher`.")
    training = _training_record(teacher)
    if training["labels"] != list(settings.labels):
        own = f"it tells {listed([plain(str(each)) for each in training['labels']])} apart"
        raise _unusable(teacher, f"{own}, and the data has {listed([plain(each) for each in settings.labels])}")
    other = recipe_of(str(training["recipe"]))
    if not other.takes_teacher:
        raise _unusable(teacher, f"the recipe {other.name} trains no network that could be one")
    # A teacher that began with a model has arguments for that beside those of its recipe.
    names = {each.name for each in other.arguments}
    own_values = {name: value for name, value in training["values"].items() if name in names}
    values = read_arguments(other.arguments, own_values, other.name)
    if _features_of(other, values) != _features_of(recipe, settings.values):
        reason = "its features are others; choose the recipe and the arguments of its features, such as its window"
        raise _unusable(teacher, reason)
    if recipe.scales and training["data"] != settings.data:
        raise _unusable(teacher, "it learned from other data, whose columns were scaled in another way")
    _require_shape(teacher, settings)


def _features_of(recipe: Any, values: Any) -> str:
    """The stages of the features, without the line that names the recipe."""
    return features_runefile(recipe, values).partition("\n")[2]


def _training_record(teacher: Teacher) -> Mapping[str, Any]:
    """Returns the section of the record about training. Raises `Refused` for one that does not belong to the model."""
    try:
        record = json.loads(teacher.record)
        training, digest = record["training"], record["float"]
        is_whole = isinstance(training["labels"], list) and isinstance(training["values"], dict)
        is_whole = is_whole and isinstance(training["recipe"], str) and isinstance(training["data"], str)
    except (ValueError, KeyError, TypeError):
        is_whole, digest, training = False, "", {}
    name = quoted(teacher_record_path(teacher.path))
    if not is_whole:
        raise _unusable(teacher, f"{name} beside it is not a record of a training run")
    if digest != bytes_digest(teacher.data):
        raise _unusable(teacher, f"{name} is the record of another file")
    return training  # type: ignore[no-any-return]


def _require_shape(teacher: Teacher, settings: RunSettings) -> None:
    try:
        model = read_model(teacher.data)
    except ModelError as error:
        raise Refused(Reason.BROKEN, f"The teacher {quoted(teacher.path)} cannot be read: {error}.") from error
    edges = [model.tensors[each] for each in (*model.inputs, *model.outputs)]
    shapes = [tuple(each.shape) for each in edges]
    expected_shapes = [(1, *settings.recipe.features(settings.values).shape), (1, len(settings.labels))]
    if shapes != expected_shapes or any(each.kind is not TensorKind.FLOAT32 for each in edges):
        raise _unusable(teacher, f"its shapes are {shapes}, and those of this run are {expected_shapes}")


def _unusable(teacher: Teacher, reason: str) -> Refused:
    return Refused(Reason.SETTINGS, f"{quoted(teacher.path)} cannot be the teacher: {reason}.")
