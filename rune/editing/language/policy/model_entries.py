"""The entries of the section `models` of a `forge.yml` as they are written, for a form: values and places.

Values that the check refuses are read too, so that a form can show them and correct them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from rune.editing.language.facts.place import fields
from rune.editing.language.policy.analysis import PolicyAnalysis
from rune.editing.language.policy.entry_edits import edit_models, model_edit_from_json
from rune.editing.language.requests import object_of
from rune.editing.language.to_json import EditsAnswerJson, edits_to_json
from rune.source.policy.sections.models import MODEL_KEYS
from rune.source.runefile.codes import Code
from rune.source.runefile.diagnostics import Span
from rune.source.runefile.to_json import SpanJson, span_to_json
from rune.source.runefile.yaml.values import Sequence, Value, YamlScalar


class InputShapeJson(TypedDict):
    """An input of a source and its shape as it is written: `49x10`."""

    name: str
    shape: str


class ModelEntryJson(TypedDict):
    """A model file of `forge.yml`: what is written of it, null or empty for a key that is left out. `spans` are the
    places of the keys that are written, each with its value; `span` is the whole entry."""

    path: str
    span: SpanJson
    source: str | None
    quantize: str | None
    interface: str | None
    samples: str | None
    calibration: str | None
    keep: list[str]
    shapes: list[InputShapeJson]
    spans: dict[str, SpanJson]


class ModelEntriesAnswerJson(TypedDict):
    """The models of `forge.yml`, in the order of the text; `reason` says why they cannot be edited, or is null."""

    models: list[ModelEntryJson]
    reason: str | None


def answer_models(analysis: PolicyAnalysis, _request: Mapping[str, Any]) -> ModelEntriesAnswerJson:
    """The answer to `models`."""
    section = next((value for key, value in fields(analysis.root) if key.text == "models"), None)
    entries: dict[str, ModelEntryJson] = {}
    for key, value in fields(section):
        entries.setdefault(key.text, _entry(key, value))
    return {"models": list(entries.values()), "reason": _reason(analysis)}


def answer_edit_model(analysis: PolicyAnalysis, request: Mapping[str, Any]) -> EditsAnswerJson:
    """The answer to `edit-model`. Raises `ModelEditRefused` and `BadLanguageRequest`."""
    return edits_to_json(edit_models(analysis.source, model_edit_from_json(object_of(request, "edit"))))


def _reason(analysis: PolicyAnalysis) -> str | None:
    for each in analysis.checked_policy.diagnostics:
        if each.code == Code.YAML_SYNTAX.value:
            return f"Line {each.span.start.line} is not valid YAML. Fix it in the text first."
    return None


def _entry(key: YamlScalar, value: Value) -> ModelEntryJson:
    fields_by_name = {name.text: (name, item) for name, item in reversed(fields(value)) if name.text in MODEL_KEYS}
    values = {name: item for name, (_, item) in fields_by_name.items()}
    spans = {
        name: span_to_json(Span(words.span.start, max(words.span.end, item.span.end)))
        for name, (words, item) in fields_by_name.items()
    }
    return {
        "path": key.text,
        "span": span_to_json(Span(key.span.start, max(key.span.end, value.span.end))),
        "source": _text(values.get("source")),
        "quantize": _text(values.get("quantize")),
        "interface": _text(values.get("interface")),
        "samples": _text(values.get("samples")),
        "calibration": _text(values.get("calibration")),
        "keep": _list(values.get("keep")),
        "shapes": _shapes(values.get("shapes")),
        "spans": spans,
    }


def _text(value: Value | None) -> str | None:
    return value.text if isinstance(value, YamlScalar) and value.value is not None else None


def _list(value: Value | None) -> list[str]:
    items = value.items if isinstance(value, Sequence) else (value,)
    return [text for item in items if (text := _text(item)) is not None]


def _shapes(value: Value | None) -> list[InputShapeJson]:
    return [{"name": name.text, "shape": item.text} for name, item in fields(value) if isinstance(item, YamlScalar)]
