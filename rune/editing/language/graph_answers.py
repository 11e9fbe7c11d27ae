"""The language service's answers about the graph: edits, palette, connections that fit. Only JSON in and out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypedDict

from rune.editing.language.blocks.copying import copy_block
from rune.editing.language.blocks.locking import lock_edits
from rune.editing.language.blocks.new import NewBlockRefused, name_problem, new_block
from rune.editing.language.facts.analysis import Analysis
from rune.editing.language.graph.declarations import types_fit
from rune.editing.language.graph.drawing import (
    FitSourceJson,
    PaletteAnswerJson,
    PortFitJson,
    PortJson,
    StageArgumentJson,
    StagePortsJson,
    SuitJson,
    edits_from_json,
    fit_to_json,
    palette_to_json,
    port_from_json,
    port_to_json,
    source_to_json,
    stage_argument_to_json,
    stage_ports_to_json,
    suit_to_json,
    types_from_json,
)
from rune.editing.language.graph.edit import edit_graph, name_of_new
from rune.editing.language.graph.ports import stage_ports
from rune.editing.language.graph_edits.connection_check import fits, fitting, sources_for, suiting
from rune.editing.language.graph_edits.joining import join_past
from rune.editing.language.graph_edits.palette import palette, stage_arguments
from rune.editing.language.requests import flag_of, object_of, text_of, whole_number_of
from rune.source.runefile.syntax import RunefileForm
from rune.source.runefile.to_json import TextEditJson, edit_to_json


class EditGraphAnswerJson(TypedDict):
    """An edit of the graph as edits of the text; `stage` is the name of a stage that is added, or null."""

    edits: list[TextEditJson]
    stage: str | None


class NewFileJson(TypedDict):
    """A file that is to be made."""

    path: str
    text: str


class NewBlockAnswerJson(TypedDict):
    """The files of a new block, and the edits of the text that run it in a new stage."""

    files: list[NewFileJson]
    edits: list[TextEditJson]
    stage: str | None


class PortsAnswerJson(TypedDict):
    """The form of the text, and what each stage reads and gives."""

    form: Annotated[str, RunefileForm]
    stages: list[StagePortsJson]


class ArgumentsAnswerJson(TypedDict):
    """The arguments of one stage."""

    arguments: list[StageArgumentJson]


class FitsAnswerJson(TypedDict):
    """Says which inputs could read from an output."""

    fits: list[PortFitJson]


class SourcesAnswerJson(TypedDict):
    """Says which outputs an input could read from."""

    sources: list[FitSourceJson]


class ReasonAnswerJson(TypedDict):
    """The reason why something does not fit, or null where it does."""

    reason: str | None


class JoinJson(TypedDict):
    """The wires past a stage, from one output to the inputs that read from the stage; why they do not fit, or null."""

    source: PortJson
    targets: list[PortJson]
    reason: str | None


class JoinAnswerJson(TypedDict):
    """The wires that would connect the neighbours of a stage, or null where it is not between others."""

    join: JoinJson | None


class SuitsAnswerJson(TypedDict):
    """The items of the palette that can read an output."""

    suits: list[SuitJson]


def answer_edit_graph(analysis: Analysis, request: Mapping[str, Any]) -> EditGraphAnswerJson:
    """{"edits": [...], "stage"} for the edit under "edit"; the name is that of a stage that is added, or null.

    Raises `GraphEditRefused` and `BadRequest`.
    """
    edit = edits_from_json(object_of(request, "edit"))
    edits = [edit_to_json(each) for each in (*edit_graph(analysis, edit), *lock_edits(analysis, edit))]
    return {"edits": edits, "stage": name_of_new(analysis, edit)}


def answer_new_block(analysis: Analysis, request: Mapping[str, Any]) -> NewBlockAnswerJson | ReasonAnswerJson:
    """The files and edits of a new block "name", which reads from "source" and is read by "feeds", both or neither of
    which are given. With "dry_run", only {"reason"}: why it cannot be called so, or null.

    Raises `NewBlockRefused` and `BadRequest`.
    """
    name = text_of(request, "name")
    if flag_of(request, "dry_run", default=False):
        return {"reason": name_problem(analysis, name)}
    source = port_from_json(request, "source") if request.get("source") is not None else None
    feeds = port_from_json(request, "feeds") if request.get("feeds") is not None else None
    block = new_block(analysis, name, source, feeds)
    return {
        "files": [{"path": path, "text": text} for path, text in block.files],
        "edits": [edit_to_json(each) for each in block.edits],
        "stage": block.stage,
    }


def answer_copy_block(analysis: Analysis, request: Mapping[str, Any]) -> NewBlockAnswerJson | ReasonAnswerJson:
    """The file and edits that make the block of "stage", of the catalogue or of another project, the project's own.
    With "dry_run", only {"reason"}: why that cannot be, or null.

    Raises `NewBlockRefused` and `BadRequest`.
    """
    stage = text_of(request, "stage")
    if flag_of(request, "dry_run", default=False):
        try:
            copy_block(analysis, stage)
        except NewBlockRefused as refusal:
            return {"reason": refusal.reason}
        return {"reason": None}
    block = copy_block(analysis, stage)
    return {
        "files": [] if block.text is None else [{"path": block.path, "text": block.text}],
        "edits": [edit_to_json(each) for each in block.edits],
        "stage": stage,
    }


def answer_ports(analysis: Analysis, _request: Mapping[str, Any]) -> PortsAnswerJson:
    """{"form", "stages"}: the form of the text, and each stage with its inputs and outputs."""
    stages = [stage_ports_to_json(each) for each in stage_ports(analysis)]
    return {"form": analysis.checked_runefile.syntax.form.value, "stages": stages}


def answer_palette(analysis: Analysis, _request: Mapping[str, Any]) -> PaletteAnswerJson:
    """Returns the palette."""
    return palette_to_json(palette(analysis))


def answer_arguments(analysis: Analysis, request: Mapping[str, Any]) -> ArgumentsAnswerJson:
    """{"arguments": [...]} of the stage under "stage"."""
    arguments = stage_arguments(analysis, text_of(request, "stage"))
    return {"arguments": [stage_argument_to_json(each) for each in arguments]}


def answer_fits(
    analysis: Analysis, request: Mapping[str, Any]
) -> FitsAnswerJson | SourcesAnswerJson | ReasonAnswerJson:
    """{"reason"} for one "target" and "target_index"; without them {"fits": [...]}, all inputs at once.

    Without a "source" it is {"sources": [...]}, all outputs that the input could read from.
    """
    if request.get("source") is None:
        target, index = text_of(request, "target"), whole_number_of(request, "target_index")
        return {"sources": [source_to_json(each) for each in sources_for(analysis, target, index)]}
    source = port_from_json(request, "source")
    if request.get("target") is None:
        return {"fits": [fit_to_json(each) for each in fitting(analysis, source)]}
    return {"reason": fits(analysis, source, text_of(request, "target"), whole_number_of(request, "target_index"))}


def answer_join(analysis: Analysis, request: Mapping[str, Any]) -> JoinAnswerJson:
    """{"join"}: the wires that would lead past "stage" when it is removed; null where it is not between others.

    Raises `GraphEditRefused` and `BadRequest`.
    """
    join = join_past(analysis, text_of(request, "stage"))
    if join is None:
        return {"join": None}
    targets = [port_to_json(target) for target in join.targets]
    return {"join": {"source": port_to_json(join.source), "targets": targets, "reason": join.reason}}


def answer_suits(analysis: Analysis, request: Mapping[str, Any]) -> SuitsAnswerJson:
    """{"suits": [...]}: of all that can be added, what could read from "source" first."""
    palette_items = palette(analysis)
    items = (*palette_items.capabilities, *palette_items.blocks, *palette_items.models, *palette_items.outputs)
    return {"suits": [suit_to_json(each) for each in suiting(analysis, port_from_json(request, "source"), items)]}


def answer_types_fit(analysis: Analysis, request: Mapping[str, Any]) -> ReasonAnswerJson:
    """{"reason"}: why the outputs of "stage" cannot be declared as "types", or null."""
    return {"reason": types_fit(analysis, text_of(request, "stage"), types_from_json(request, "types"))}
