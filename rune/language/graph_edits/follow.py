"""What an edit of the graph brings with it: declared types that were right, and would be wrong now, are changed too."""

from __future__ import annotations

import re

from rune.language.analysis import Analysis
from rune.language.graph_edits.kinds import GraphEditRefused
from rune.language.graph_edits.outputs import types_spliced
from rune.language.revised import Revisions
from rune.language.splice import Splice, as_edits
from rune.language.stage_text import PipelineText, pipeline_text
from rune.runefile import Diagnostic
from rune.runefile.codes import Code
from rune.tensor import ElementType, TensorType

_TYPE = re.compile(r"\{type: (\w+), dimensions: \[([0-9, ]*)\]\}\Z")

_WRONG_TYPES = frozenset(
    code.value for code in (Code.WRONG_DECLARED_TYPE, Code.OTHER_DECLARED_DIMENSIONS, Code.WRONG_CAPABILITY_SIZE)
)
_MOST_ROUNDS = 4
_MANY_STAGES = 200
"""Beyond these a change is followed to the next stages only, because each look at the whole file takes its time."""


def follow_types(revisions: Revisions, before: Analysis) -> None:
    """Corrects types that were right in `before` and are wrong after the changes, from stage to stage."""
    wrong_before = set(_corrections(before))
    rounds = _MOST_ROUNDS if len(before.checked.syntax.stages) <= _MANY_STAGES else 1
    for _ in range(rounds):
        now = revisions.analysis
        right = {name: types for name, types in _corrections(now).items() if name not in wrong_before}
        if not right:
            return
        pipeline = pipeline_text(now)
        splices = [each for name, types in right.items() for each in _corrected(pipeline, name, types)]
        if not splices:
            return
        revisions.change(as_edits(splices, now.source))


def _corrections(analysis: Analysis) -> dict[str, tuple[TensorType, ...]]:
    """The types that the stages would declare if they were right, of those that declare wrong ones."""
    wrong = {
        diagnostic.span: type_
        for diagnostic in analysis.checked.diagnostics
        if diagnostic.code in _WRONG_TYPES and (type_ := _mended(diagnostic)) is not None
    }
    return {
        stage.name.text: tuple(wrong.get(output.span, output.tensor_type) for output in stage.outputs)
        for stage in analysis.checked.syntax.stages
        if stage.outputs is not None and any(output.span in wrong for output in stage.outputs)
    }


def _mended(diagnostic: Diagnostic) -> TensorType | None:
    """The type that the diagnostic's fix writes."""
    text = diagnostic.fixes[0].edits[0].text if diagnostic.fixes and diagnostic.fixes[0].edits else ""
    match = _TYPE.match(text)
    return (
        TensorType(ElementType(match[1]), tuple(map(int, match[2].split(",") if match[2] else ()))) if match else None
    )


def _corrected(pipeline: PipelineText, name: str, types: tuple[TensorType, ...]) -> list[Splice]:
    try:
        return types_spliced(pipeline, pipeline.stage(name), types)
    except GraphEditRefused:
        return []  # The edit itself stands; the check goes on telling what is wrong.
