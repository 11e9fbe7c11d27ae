"""Writes a whole model into the section `models` of a `forge.yml`, by the splices with which the form edits keys."""

from __future__ import annotations

from rune.editing.language.policy.entry_edits import ModelEditRefused
from rune.editing.language.policy.entry_splices import FieldValue, addition, data_of, with_value
from rune.editing.language.yaml.layout import Branch, read_layout
from rune.editing.language.yaml.scalars import literal_of
from rune.editing.language.yaml.splice import Splice, spliced
from rune.source.policy.read import POLICY_FILE, read_policy
from rune.source.policy.sections.models import CALIBRATIONS, FORMS, INTERFACES, MODEL_KEYS, ModelSource


def with_model(text: str, model: ModelSource) -> str:
    """The text of a `forge.yml` in which this model is made as `model` says. Raises `ModelEditRefused`.

    Of a model that is there already, the keys that differ are written; comments stay.
    """
    checked_policy = read_policy(text)
    if checked_policy.has_errors:
        first = checked_policy.diagnostics[0]
        raise ModelEditRefused(f"{POLICY_FILE} has errors. Fix line {first.span.start.line} first: {first.message}.")
    old = next((each for each in checked_policy.models if each.path == model.path), None)
    result = _add(text, model) if old is None else _change(text, old, model)
    again = read_policy(result)
    others = {each.path: each for each in checked_policy.models} | {model.path: model}
    is_otherwise_equal = {each.path: each for each in again.models} == others and _rest(result) == _rest(text)
    if again.has_errors or not is_otherwise_equal:
        raise ModelEditRefused(
            f"The section models of {POLICY_FILE} is written in a way that is not edited. Write it in lines first."
        )
    return result


def _add(text: str, model: ModelSource) -> str:
    fields = {key: value for key, value in _fields(model).items() if value is not None}
    return _spliced(text, addition(text, _root(text), model.path, fields))


def _change(text: str, old: ModelSource, model: ModelSource) -> str:
    before, after = _fields(old), _fields(model)
    for key in MODEL_KEYS:
        if after[key] != before[key]:
            text = _spliced(text, with_value(text, _root(text), model.path, key, after[key]))
    return text


def _fields(model: ModelSource) -> dict[str, FieldValue | None]:
    """The value of each key; None for one that is left out, because it is the default."""
    return {
        "source": model.source,
        "quantize": model.form if model.form != FORMS[0] else None,
        "interface": INTERFACES[1] if model.float_interface else None,
        "samples": model.samples,
        "calibration": model.calibration.value if model.calibration != CALIBRATIONS[0] else None,
        "keep": model.float_layers or None,
        "shapes": {literal_of(name, in_flow=True): "x".join(map(str, shape)) for name, shape in model.shapes.items()}
        or None,
    }


def _root(text: str) -> Branch | None:
    root = read_layout(text)
    return root if isinstance(root, Branch) else None


def _spliced(text: str, splices: list[Splice]) -> str:
    return spliced(text, sorted(splices, key=lambda each: (each.start, each.end)))


def _rest(text: str) -> dict[str, object]:
    """All other sections."""
    return {key: value for key, value in (data_of(text) or {}).items() if key != "models"}
