"""Completions at a place of a `forge.yml`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from rune.editing.language.completion.items import Completion, CompletionKind, Completions, key, value
from rune.editing.language.facts.place import TextCursor, cursor_at, fields
from rune.editing.language.policy.analysis import PolicyAnalysis
from rune.source.policy.documentation import (
    APPROVALS,
    BUILD_PREFERENCES,
    KEYS,
    LIMITS,
    MODELS,
    ROLE_MEANINGS,
    TAGS,
    TRAINING,
)
from rune.source.policy.limits import LimitDeclaration, LimitKind, Names
from rune.source.policy.sections.gate import BUILD_PREFERENCES as WORDS
from rune.source.policy.sections.models import CALIBRATIONS, FORMS, MODEL_FORMS
from rune.source.runefile.yaml.values import Map, Sequence, Value

_SECTIONS: Final = {
    "limits": "\n  ",
    "approvals": "\n  - count: ${1:1}",
    "groups": "\n  ",
    "protected-tags": "[${1:versions}]",
    "owners": "\n  ",
    "checks": "\n  ${1:lab}: ${2:robot@example.com/lab rig}",
    "build": "\n  ",
    "models": "\n  ${1:model.tflite}:\n    source: ${2:model.keras}",
    "data": "${1:sha256:}",
    "training": "\n  recipe: ${1:motion}\n  data: ${2:samples}",
}
_LIMITS: Final = {kind.value: kind.declaration for kind in LimitKind}


def complete_policy(analysis: PolicyAnalysis, offset: int) -> Completions | None:
    """The completions at an offset; None where there is nothing to complete, as in a comment."""
    cursor = cursor_at(analysis.source, offset)
    return None if cursor is None else Completions(cursor.span, tuple(_items(analysis, cursor)))


def _items(analysis: PolicyAnalysis, cursor: TextCursor) -> list[Completion]:
    is_key = cursor.is_key or cursor.is_alone or cursor.is_flow
    match cursor.path:
        case ():
            return _keys(KEYS, _SECTIONS, cursor)
        case ("build",) if is_key:
            return _keys(BUILD_PREFERENCES, {name: f"${{1:{words[0]}}}" for name, words in WORDS.items()}, cursor)
        case ("build", str(name)) if name in WORDS:
            return _values(dict.fromkeys(WORDS[name], BUILD_PREFERENCES[name]), cursor)
        case ("models", str()) if is_key:
            return _keys(MODELS, {"quantize": "${1:int8}", "calibration": "${1:validation}"}, cursor)
        case ("models", str(), "quantize"):
            return _values(dict.fromkeys(MODEL_FORMS, MODELS["quantize"]), cursor)
        case ("models", str(), "calibration"):
            return _values(dict.fromkeys(CALIBRATIONS, MODELS["calibration"]), cursor)
        case ("training",) if is_key:
            return _keys(TRAINING, {"seed": "${1:1}", "arguments": "\n    "}, cursor)
        case ("training", "quantize"):
            return _values(dict.fromkeys(FORMS, TRAINING["quantize"]), cursor)
        case ("limits",) if is_key:
            return _keys(LIMITS, _limit_snippets(), cursor)
        case ("limits", "recall") if is_key:
            return _keys(dict.fromkeys(analysis.labels, ""), dict.fromkeys(analysis.labels, "${1:90 %}"), cursor)
        case ("limits", str(name), str()) if name in _LIMITS and _LIMITS[name].names is not None:
            return _values(dict.fromkeys(_LIMITS[name].suggestions, ""), cursor)
        case ("limits", str(name)) if name in _LIMITS and _LIMITS[name].names is None:
            return _values(dict.fromkeys(_LIMITS[name].suggestions, ""), cursor)
        case ("approvals", int()) if is_key:
            return _keys(APPROVALS, {"from": "[${1:owner}]", "count": "${1:1}"}, cursor)
        case ("approvals", int(), "count"):
            return _values({"1": "", "2": "", "3": ""}, cursor)
        case ("approvals", int(), "from") | ("approvals", int(), "from", int()):
            return _values(_approvers(analysis), cursor, in_list=len(cursor.path) == 3)
        case ("owners", str()) | ("owners", str(), int()) if not cursor.is_key:
            return _values(_approvers(analysis), cursor, in_list=len(cursor.path) == 2)
        case ("protected-tags",) | ("protected-tags", int()) if not cursor.is_key:
            return _values(TAGS, cursor, in_list=len(cursor.path) == 1)
        case _:
            return []


def _approvers(analysis: PolicyAnalysis) -> dict[str, str]:
    return {**ROLE_MEANINGS, **dict.fromkeys(analysis.groups, "A group of this file.")}


def _limit_snippets() -> dict[str, str]:
    return {name: _limit_snippet(declaration) for name, declaration in _LIMITS.items()}


def _limit_snippet(declaration: LimitDeclaration) -> str:
    match declaration.names:
        case Names.TARGET:
            return f"\n    ${{1:cortex-m4}}: ${{2:{declaration.suggestions[0]}}}"
        case Names.LABEL:
            return "\n  "
        case None:
            return f"${{1:{declaration.suggestions[0]}}}"


def _keys(documented_keys: Mapping[str, str], snippets: Mapping[str, str], cursor: TextCursor) -> list[Completion]:
    """The keys that do not stand there yet, and the one at the cursor."""
    present = {name for name in _present(cursor.root, cursor.path) if name != cursor.prefix}
    return [
        key(name, cursor, value=snippets.get(name, ""), documentation=text)
        for name, text in documented_keys.items()
        if name not in present
    ]


def _present(root: Value | None, path: Iterable[str | int]) -> set[str]:
    """The keys of the map that a path leads to."""
    value = root
    for step in path:
        if isinstance(step, int):
            value = value.items[step] if isinstance(value, Sequence) and step < len(value.items) else None
        else:
            value = next((item for name, item in fields(value) if name.text == step), None)
    return {name.text for name, _ in fields(value)} if isinstance(value, Map) else set()


def _values(documented_values: Mapping[str, str], cursor: TextCursor, *, in_list: bool = False) -> list[Completion]:
    return [
        _quantity(text, documentation, cursor)
        if " " in text
        else value(text, CompletionKind.VALUE, cursor, documentation=documentation, in_list=in_list)
        for text, documentation in documented_values.items()
    ]


def _quantity(text: str, documentation: str, cursor: TextCursor) -> Completion:
    """A number with its unit, which needs no quotes."""
    space = " " if cursor.needs_space else ""
    return Completion(text, CompletionKind.VALUE, space + text, documentation=documentation)
