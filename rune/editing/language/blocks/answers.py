"""The language service's answers about a block in Python. Requests that only suit a Runefile get an empty answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rune.editing.language.actions import Action, ActionKind, touches
from rune.editing.language.blocks.analysis import BlockAnalysis
from rune.editing.language.blocks.names import first_use, renamable, rename_in_block, uses
from rune.editing.language.blocks.run import block_run
from rune.editing.language.blocks.writing import complete_block, hints_of_block, hover_block
from rune.editing.language.requests import flag_of, text_of, whole_number_of
from rune.editing.language.to_json import (
    ActionsAnswerJson,
    CompleteAnswerJson,
    HoverAnswerJson,
    PrepareRenameAnswerJson,
    action_to_json,
    check_to_json,
    completion_to_json,
    edits_to_json,
    hint_to_json,
    locations_to_json,
)
from rune.source.runefile.to_json import span_to_json


def _complete(analysis: BlockAnalysis, request: Mapping[str, Any]) -> CompleteAnswerJson:
    completions = complete_block(analysis, whole_number_of(request, "offset"))
    return {"span": span_to_json(completions.span), "items": [completion_to_json(item) for item in completions.items]}


def _hover(analysis: BlockAnalysis, request: Mapping[str, Any]) -> HoverAnswerJson | None:
    hover = hover_block(analysis, whole_number_of(request, "offset"))
    return None if hover is None else {"span": span_to_json(hover.span), "text": hover.text}


def _references(analysis: BlockAnalysis, request: Mapping[str, Any]) -> Any:
    spans = uses(analysis, whole_number_of(request, "offset"))
    return locations_to_json(spans if flag_of(request, "with_definition", default=True) else spans[1:])


def _prepare_rename(analysis: BlockAnalysis, request: Mapping[str, Any]) -> PrepareRenameAnswerJson | None:
    span = renamable(analysis, whole_number_of(request, "offset"))
    return None if span is None else {"span": span_to_json(span), "name": analysis.text_of(span)}


def _rename(analysis: BlockAnalysis, request: Mapping[str, Any]) -> Any:
    return edits_to_json(rename_in_block(analysis, whole_number_of(request, "offset"), text_of(request, "name")))


def _actions(analysis: BlockAnalysis, request: Mapping[str, Any]) -> ActionsAnswerJson:
    start, end = whole_number_of(request, "start"), whole_number_of(request, "end")
    diagnostics = [each for each in analysis.project.checked_runefile.diagnostics if each.file == analysis.source.file]
    actions = [
        Action(fix.title, ActionKind.QUICK_FIX, fix.edits, each.code)
        for each in diagnostics
        if touches(each, start, end)
        for fix in each.fixes
    ]
    return {"actions": [action_to_json(each) for each in actions]}


BLOCK_ANSWERS: Mapping[str, Callable[[BlockAnalysis, Mapping[str, Any]], Any]] = {
    "check": lambda analysis, _: check_to_json(analysis.project),
    "block": lambda analysis, _: block_run(analysis),
    "complete": _complete,
    "hover": _hover,
    "hints": lambda analysis, _: {"hints": [hint_to_json(each) for each in hints_of_block(analysis)]},
    "definition": lambda analysis, request: locations_to_json(first_use(analysis, whole_number_of(request, "offset"))),
    "references": _references,
    "prepare-rename": _prepare_rename,
    "rename": _rename,
    "actions": _actions,
    "folding": lambda _, __: {"foldings": []},
    "symbols": lambda _, __: {"symbols": []},
    "tokens": lambda _, __: {"tokens": []},
    "file-uses": lambda _, __: {"uses": []},
}
