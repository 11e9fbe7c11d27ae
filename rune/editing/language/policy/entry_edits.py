"""Edits of the section `models` of a `forge.yml`, as a form makes them: the smallest change of the text.

Comments, order, style and all other keys stay. An edit whose text would not mean the edited models is refused, which
covers what the layout cannot tell, as an anchor that is repeated elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from rune.editing.language.policy.entry_splices import addition, data_of, removal, renaming, with_value
from rune.editing.language.requests import BadLanguageRequest, choice_of, text_of
from rune.editing.language.yaml.layout import Branch, LayoutUnknown, read_layout
from rune.editing.language.yaml.splice import Splice, as_edits, spliced
from rune.project.files import FileNotInProject, normal_path
from rune.source.policy.read import MAX_SIZE, POLICY_FILE
from rune.source.policy.sections.models import MAX_MODELS, MAX_NAMES
from rune.source.runefile import Edit
from rune.source.runefile.source import SourceText
from rune.wording import quoted

TEXT_KEYS: Final = ("source", "quantize", "interface", "samples", "calibration")
"""Keys with one text as their value."""
LIST_KEY: Final = "keep"
"""The key with a list of names."""


class ModelEditRefused(Exception):
    """The edit cannot be made; `reason` is a sentence for a person."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class AddModel:
    """Adds a model file with its source and, unless it stays a float model, its form and its inputs and outputs."""

    path: str
    source: str
    form: str | None = None
    interface: str | None = None


@dataclass(frozen=True)
class RemoveModel:
    path: str


@dataclass(frozen=True)
class RenameModel:
    """Changes the path of the model file."""

    path: str
    to: str


@dataclass(frozen=True)
class SetModel:
    """Writes the value of a key; None removes the key."""

    path: str
    key: str
    value: str | tuple[str, ...] | None


ModelEdit = AddModel | RemoveModel | RenameModel | SetModel


def model_edit_from_json(value: Mapping[str, Any]) -> ModelEdit:
    """The edit of a request. Raises `BadLanguageRequest`."""
    kind = choice_of(value, "edit", ("add-model", "remove-model", "rename-model", "set-model"))
    path = text_of(value, "path")
    match kind:
        case "add-model":
            form, interface = _optional_text(value, "quantize"), _optional_text(value, "interface")
            return AddModel(path, text_of(value, "source"), form, interface)
        case "remove-model":
            return RemoveModel(path)
        case "rename-model":
            return RenameModel(path, text_of(value, "to"))
    key = choice_of(value, "key", (*TEXT_KEYS, LIST_KEY))
    if key == LIST_KEY:
        return SetModel(path, key, _names(value.get("value")))
    return SetModel(path, key, _optional_text(value, "value"))


def edit_models(source: SourceText, edit: ModelEdit) -> tuple[Edit, ...]:
    """The edits of the text in its order, none if nothing changes. Raises `ModelEditRefused`."""
    before = data_of(source.text)
    if before is None:
        raise ModelEditRefused(f"{POLICY_FILE} has an error. Fix it in the text first.")
    expected = _data_after(before, edit)
    if expected == before:
        return ()
    text = source.text
    steps = _steps(edit, before)
    splices: list[Splice] = []
    for step in steps:
        splices = _splices(text, step)
        text = spliced(text, sorted(splices, key=lambda each: (each.start, each.end)))
    if data_of(text) != expected:
        raise ModelEditRefused("The section models is written in a way that the form cannot edit. Edit it as text.")
    if len(text.encode()) > MAX_SIZE:
        raise ModelEditRefused(f"{POLICY_FILE} would be too large.")
    return as_edits(splices if len(steps) == 1 else [Splice(0, len(source.text), text)], source)


def _steps(edit: ModelEdit, before: Mapping[str, Any]) -> tuple[ModelEdit, ...]:
    """The edit in steps of which each only adds to a list or only takes from it."""
    if not isinstance(edit, SetModel) or not isinstance(edit.value, tuple):
        return (edit,)
    old = before["models"][edit.path].get(edit.key)
    if not isinstance(old, list):
        return (edit,)
    staying = tuple(name for name in old if name in edit.value)
    grows = edit.value[: len(staying)] == staying and len(edit.value) > len(staying)
    shrinks = 0 < len(staying) < len(old)
    return (SetModel(edit.path, edit.key, staying), edit) if grows and shrinks else (edit,)


def _data_after(before: Mapping[str, Any], edit: ModelEdit) -> dict[str, Any]:
    """The data of the file after the edit. Raises `ModelEditRefused` where the edit does not suit them."""
    models: Any = before.get("models", {})
    if not isinstance(models, dict):
        raise ModelEditRefused("`models` must be a map from .tflite files to their sources. Fix it in the text first.")
    match edit:
        case AddModel():
            _check_new_path(models, edit.path)
            if len(models) >= MAX_MODELS:
                raise ModelEditRefused(f"A project has at most {MAX_MODELS} models in {POLICY_FILE}.")
            models = {**models, edit.path: _fields(edit)}
        case RemoveModel():
            _entry(models, edit.path)
            models = {path: entry for path, entry in models.items() if path != edit.path}
        case RenameModel():
            _entry(models, edit.path)
            if edit.to != edit.path:
                _check_new_path(models, edit.to)
            models = {edit.to if path == edit.path else path: entry for path, entry in models.items()}
        case SetModel():
            entry = _entry(models, edit.path)
            value = list(edit.value) if isinstance(edit.value, tuple) else edit.value
            if isinstance(value, list) and len(value) > MAX_NAMES:
                raise ModelEditRefused(f"A model keeps at most {MAX_NAMES} layers in float.")
            fields = {key: old for key, old in entry.items() if key != edit.key}
            models = {**models, edit.path: {**fields, edit.key: value} if value else fields}
    rest = {key: value for key, value in before.items() if key != "models"}
    return {**rest, "models": models} if models else rest


def _check_new_path(models: Mapping[str, Any], path: str) -> None:
    try:
        normal = normal_path(path)
    except FileNotInProject:
        raise ModelEditRefused(f"{quoted(path)} is not a path within the project.") from None
    if not path.endswith(".tflite"):
        raise ModelEditRefused("The name of a model file ends with `.tflite`.")
    if any(_same_file(other, normal) for other in models):
        raise ModelEditRefused(f"{quoted(path)} is in the list already.")


def _same_file(path: object, normal: str) -> bool:
    try:
        return isinstance(path, str) and normal_path(path) == normal
    except FileNotInProject:
        return False


def _entry(models: Mapping[str, Any], path: str) -> dict[str, Any]:
    if path not in models:
        raise ModelEditRefused(f"{POLICY_FILE} has no model {quoted(path)}.")
    entry = models[path]
    if not isinstance(entry, dict):
        raise ModelEditRefused(f"The model {quoted(path)} must be a map with `source`. Fix it in the text first.")
    return entry


def _fields(edit: AddModel) -> dict[str, str]:
    fields = {"source": edit.source, "quantize": edit.form, "interface": edit.interface}
    return {key: value for key, value in fields.items() if value}


def _splices(text: str, edit: ModelEdit) -> list[Splice]:
    try:
        root = read_layout(text)
    except LayoutUnknown:
        raise ModelEditRefused(f"{POLICY_FILE} has an error. Fix it in the text first.") from None
    branch = root if isinstance(root, Branch) else None
    match edit:
        case AddModel():
            return addition(text, branch, edit.path, _fields(edit))
        case RemoveModel():
            return removal(text, branch, edit.path)
        case RenameModel():
            return renaming(text, branch, edit.path, edit.to)
        case SetModel():
            return with_value(text, branch, edit.path, edit.key, edit.value)


def _optional_text(value: Mapping[str, Any], key: str) -> str | None:
    return None if value.get(key) is None else text_of(value, key)


def _names(value: object) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(name, str) and name for name in value):
        raise BadLanguageRequest('"value" must be a list of names')
    return tuple(dict.fromkeys(value))
