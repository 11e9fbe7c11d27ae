"""The language service's answers about a `forge.yml`. Requests that only suit a Runefile get an empty answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rune.editing.language.actions import Action, ActionKind, touches
from rune.editing.language.apply import apply_fixes
from rune.editing.language.policy.analysis import PolicyAnalysis
from rune.editing.language.policy.completion import complete_policy
from rune.editing.language.policy.hover import hover_policy
from rune.editing.language.policy.model_entries import answer_edit_model, answer_models
from rune.editing.language.requests import whole_number_of
from rune.editing.language.to_json import (
    ActionsAnswerJson,
    CheckAnswerJson,
    CompleteAnswerJson,
    HoverAnswerJson,
    action_to_json,
    completion_to_json,
)
from rune.source.policy import POLICY_FILE
from rune.source.runefile import Outline, diagnostic_to_json, outline_to_json
from rune.source.runefile.syntax import RunefileForm
from rune.source.runefile.to_json import span_to_json
from rune.wording import counted


def policy_actions(analysis: PolicyAnalysis, start: int, end: int) -> tuple[Action, ...]:
    """The code actions between two offsets: the fixes there, then all that can be applied together."""
    return tuple(dict.fromkeys(_actions(analysis, start, end)))


def _actions(analysis: PolicyAnalysis, start: int, end: int) -> Iterator[Action]:
    diagnostics = analysis.checked_policy.diagnostics
    for each in diagnostics:
        if touches(each, start, end):
            yield from (Action(fix.title, ActionKind.QUICK_FIX, fix.edits, each.code) for fix in each.fixes)
    result = apply_fixes({POLICY_FILE: analysis.source.text}, diagnostics)
    if result.applied_fixes:
        edits = tuple(edit for fix in result.applied_fixes for edit in fix.edits)
        yield Action(f"Fix {counted(len(result.applied_fixes), 'problem')} of this file", ActionKind.FIX_ALL, edits)


def _check(analysis: PolicyAnalysis, _request: Mapping[str, Any]) -> CheckAnswerJson:
    return {
        "runefile": POLICY_FILE,
        "form": RunefileForm.YAML.value,
        "has_errors": analysis.checked_policy.has_errors,
        "diagnostics": [diagnostic_to_json(each) for each in analysis.checked_policy.diagnostics],
        "outline": outline_to_json(Outline((), ())),
    }


def _complete(analysis: PolicyAnalysis, request: Mapping[str, Any]) -> CompleteAnswerJson | None:
    completions = complete_policy(analysis, whole_number_of(request, "offset"))
    if completions is None:
        return None
    return {"span": span_to_json(completions.span), "items": [completion_to_json(item) for item in completions.items]}


def _hover(analysis: PolicyAnalysis, request: Mapping[str, Any]) -> HoverAnswerJson | None:
    hover = hover_policy(analysis, whole_number_of(request, "offset"))
    return None if hover is None else {"span": span_to_json(hover.span), "text": hover.text}


def _actions_answer(analysis: PolicyAnalysis, request: Mapping[str, Any]) -> ActionsAnswerJson:
    start, end = whole_number_of(request, "start"), whole_number_of(request, "end")
    return {"actions": [action_to_json(each) for each in policy_actions(analysis, start, end)]}


POLICY_ANSWERS: Mapping[str, Callable[[PolicyAnalysis, Mapping[str, Any]], Any]] = {
    "check": _check,
    "complete": _complete,
    "hover": _hover,
    "actions": _actions_answer,
    "models": answer_models,
    "edit-model": answer_edit_model,
    "definition": lambda _, __: {"locations": []},
    "references": lambda _, __: {"locations": []},
    "prepare-rename": lambda _, __: None,
    "file-uses": lambda _, __: {"uses": []},
    "rename-files": lambda _, __: {"edits": []},
    "format": lambda _, __: {"edits": []},
    "infer": lambda _, __: {"edits": []},
    "folding": lambda _, __: {"foldings": []},
    "hints": lambda _, __: {"hints": []},
    "symbols": lambda _, __: {"symbols": []},
    "tokens": lambda _, __: {"tokens": []},
}
"""The answers by the name of the request."""
