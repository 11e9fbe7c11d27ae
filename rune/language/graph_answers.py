"""The answers of the door that are about the graph: its edits, the palette, what fits. Only JSON in and out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rune.language.analysis import Analysis
from rune.language.fits import fits, fitting
from rune.language.graph_edit import edit_graph
from rune.language.graph_json import (
    fit_to_json,
    graph_edit_from_json,
    palette_to_json,
    port_from_json,
    stage_argument_to_json,
)
from rune.language.palette import palette, stage_arguments
from rune.language.requests import Json, object_of, text_of, whole_number_of
from rune.runefile.to_json import edit_to_json


def answer_edit_graph(analysis: Analysis, request: Mapping[str, Any]) -> Json:
    """{"edits": [...]} for the edit under "edit". Raises `GraphEditRefused` and `BadRequest`."""
    edit = graph_edit_from_json(object_of(request, "edit"))
    return {"edits": [edit_to_json(each) for each in edit_graph(analysis, edit)]}


def answer_palette(analysis: Analysis, _request: Mapping[str, Any]) -> Json:
    """What can be added."""
    return palette_to_json(palette(analysis))


def answer_arguments(analysis: Analysis, request: Mapping[str, Any]) -> Json:
    """{"arguments": [...]} of the stage under "stage"."""
    found = stage_arguments(analysis, text_of(request, "stage"))
    return {"arguments": [stage_argument_to_json(each) for each in found]}


def answer_fits(analysis: Analysis, request: Mapping[str, Any]) -> Json:
    """{"reason"} for one "target" and "target_index"; without them {"fits": [...]}, all inputs at once."""
    source = port_from_json(request, "source")
    if request.get("target") is None:
        return {"fits": [fit_to_json(each) for each in fitting(analysis, source)]}
    return {"reason": fits(analysis, source, text_of(request, "target"), whole_number_of(request, "target_index"))}
