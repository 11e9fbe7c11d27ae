"""An edit of the graph, made to the text: the smallest change, with all comments, the order and the style kept.

The text is the source of truth, and this is the only way from the graph back to it. It does not decide what fits.
"""

from __future__ import annotations

from rune.editing.language.facts.analysis import Analysis
from rune.editing.language.graph_edits.arguments import set_argument
from rune.editing.language.graph_edits.follow import follow_types, may_change_types
from rune.editing.language.graph_edits.joining import joining_edits
from rune.editing.language.graph_edits.kinds import (
    AddStage,
    Connect,
    Disconnect,
    GraphEdit,
    GraphEditRefused,
    RemoveStage,
    RenameStage,
    SetArgument,
    SetOutputs,
    SetTarget,
    Several,
)
from rune.editing.language.graph_edits.outputs import set_outputs
from rune.editing.language.graph_edits.stage_text import PipelineText, pipeline_text
from rune.editing.language.graph_edits.stages import add_stage, new_name, remove_stage, rename_stage
from rune.editing.language.graph_edits.targets import set_target, suit_target
from rune.editing.language.graph_edits.wires import connect, disconnect
from rune.editing.language.revisions import Revisions
from rune.editing.language.yaml.layout import LayoutUnknown
from rune.editing.language.yaml.splice import Splice, as_edits
from rune.gc_paused import uncollected
from rune.port import Port
from rune.source.runefile import Edit, Severity
from rune.source.runefile.codes import Code

__all__ = [
    "AddStage",
    "Connect",
    "Disconnect",
    "GraphEdit",
    "GraphEditRefused",
    "RemoveStage",
    "RenameStage",
    "SetArgument",
    "SetOutputs",
    "SetTarget",
    "Several",
    "edit_graph",
    "name_of_new",
]


_EditOfText = AddStage | RemoveStage | RenameStage | Connect | Disconnect | SetTarget | SetOutputs


@uncollected()
def edit_graph(analysis: Analysis, edit: GraphEdit | Several) -> tuple[Edit, ...]:
    """The text edits that make an edit of the graph, sorted by file and place; none when nothing changes.

    They change the Runefile, or, for a text that a resource has in a file, that file. Other stages may be broken.
    Declared types that were right before the edit are so afterwards: a size that changes is changed downstream as well.
    Raises `GraphEditRefused` with a sentence that says why the edit cannot be made.
    """
    try:
        return _edit_on_top(analysis, edit, Revisions(analysis))
    except GraphEditRefused:
        lists = _lists_to_be(analysis)
        if not lists:
            raise
    revisions = Revisions(analysis)
    revisions.change(lists)
    return _edit_on_top(revisions.analysis, edit, revisions)


def _lists_to_be(analysis: Analysis) -> tuple[Edit, ...]:
    """The edits that make lists of what is only understood as such."""
    return tuple(
        edit
        for diagnostic in analysis.checked_runefile.diagnostics
        if diagnostic.code == Code.WRONG_SHAPE.value and diagnostic.severity is Severity.WARNING
        for fix in diagnostic.fixes
        for edit in fix.edits
    )


def _edit_on_top(analysis: Analysis, edit: GraphEdit | Several, revisions: Revisions) -> tuple[Edit, ...]:
    """The edit on top of `revisions`, which lead to `analysis`; together as edits of their first text."""
    try:
        if isinstance(edit, Several):
            for each in edit.edits:
                revisions.change(edit_graph(revisions.analysis, each))
            return revisions.edits()
        name = name_of_new(analysis, edit)
        if isinstance(edit, RemoveStage) and edit.join:
            for connection in joining_edits(analysis, edit.name):
                revisions.change(edit_graph(revisions.analysis, connection))
            revisions.change(edit_graph(revisions.analysis, RemoveStage(edit.name)))
            return revisions.edits()
        revisions.change(_edits(analysis, edit))
        if isinstance(edit, AddStage) and edit.feeds is not None and name is not None:
            connection = Connect(Port(name, 0), edit.feeds.stage, edit.feeds.index)
            revisions.change(edit_graph(revisions.analysis, connection))
        if isinstance(edit, SetTarget):
            suit_target(revisions, edit)
        if not isinstance(edit, AddStage | RenameStage | SetOutputs) and may_change_types(analysis, edit):
            follow_types(revisions, analysis)
    except LayoutUnknown as problem:
        raise GraphEditRefused("This part cannot be read; fix its text first.") from problem
    return revisions.edits()


def name_of_new(analysis: Analysis, edit: GraphEdit | Several) -> str | None:
    """The name that a stage gets by being added; None for other edits."""
    if not isinstance(edit, AddStage):
        return None
    return edit.name if edit.name is not None else new_name(pipeline_text(analysis), edit)


def _edits(analysis: Analysis, edit: GraphEdit) -> tuple[Edit, ...]:
    pipeline = pipeline_text(analysis)
    if isinstance(edit, SetArgument):
        return set_argument(pipeline, edit)
    return as_edits(_splices(pipeline, edit), analysis.source)


def _splices(pipeline: PipelineText, edit: _EditOfText) -> list[Splice]:
    match edit:
        case AddStage():
            return add_stage(pipeline, edit)
        case RemoveStage():
            return remove_stage(pipeline, edit)
        case RenameStage():
            return rename_stage(pipeline, edit)
        case Connect():
            return connect(pipeline, edit)
        case Disconnect():
            return disconnect(pipeline, edit)
        case SetTarget():
            return set_target(pipeline, edit)
        case SetOutputs():
            return set_outputs(pipeline, edit)
