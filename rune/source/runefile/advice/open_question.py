"""Open questions in a generated Runefile: a comment states what is unknown, and a person answers it.

Such a comment begins with `# Open question:`. It is warned of, with an edit for each answer that is known.
"""

from __future__ import annotations

import re

from rune.capabilities.float_image import FLOAT_IMAGE
from rune.capabilities.image import IMAGE
from rune.source.runefile.codes import Code
from rune.source.runefile.diagnostics import Edit, Fix, Span
from rune.source.runefile.pipeline import BlockStage, CapabilityStage, Stage
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.source import SourceText
from rune.source.runefile.syntax import RunefileForm, StageSyntax, written_type
from rune.tensor import TensorType
from rune.wording import plain

_BLOCK = re.compile(r"^[ \t]*# Open question: (?P<text>[^\r\n]*)(?P<more>(?:\r?\n[ \t]*#[^\r\n]*)*)(?:\r?\n|\Z)", re.M)
_PIXELS = "does the model read pixels from 0 to 1, or from 0 to 255?"
_TRY_BOTH = "Try both on an input whose result you know: one gives wrong results. Undo restores the question."
_MOST_QUESTIONS = 20
_NORMALISATION_BLOCK = "image_normalization"


def pixel_question(image: str, pixels: str) -> list[str]:
    """The comment above the stage `pixels`, which makes 0 to 1 of what `image` reads."""
    return [
        f"  # Open question: {_PIXELS}",
        "  # Its file does not say. With the wrong range the results are wrong. Here the range is 0 to 1.",
        f"  # For 0 to 255: write `capability: FLOAT_IMAGE` and `type: f32` in `{image}`, remove `{pixels}`, and read",
        f"  # `{image}` in its place. Then remove this comment.",
    ]


def report_open_questions(
    source: SourceText, stages: tuple[StageSyntax, ...], checked_stages: dict[str, Stage], report: DiagnosticReport
) -> None:
    """Warns of each open question of a Runefile in YAML."""
    if report.form is RunefileForm.TEXT or "# Open question:" not in source.text:
        return
    for match in list(_BLOCK.finditer(source.text))[:_MOST_QUESTIONS]:
        start = source.text.index("#", match.start())
        span = source.span(start, match.end("text"))
        question = match["text"].strip()
        comment = Edit(report.file, source.span(match.start(), match.end()), "")
        fixes = (
            _answers(comment, match.end(), stages, checked_stages, report)
            if question == _PIXELS
            else [Fix("Remove the question, it is answered", (comment,))]
        )
        notes = [_TRY_BOTH] if question == _PIXELS else []
        report.warning(Code.OPEN_QUESTION, f"An open question: {plain(question, 200)}", span, notes, fixes)


def _answers(
    comment: Edit,
    behind: int,
    stages: tuple[StageSyntax, ...],
    checked_stages: dict[str, Stage],
    report: DiagnosticReport,
) -> list[Fix]:
    """The question taken away, and, where the stages are still as they were made, the other range."""
    fixes = [Fix("0 to 1, as it is", (comment,))]
    following = [stage for stage in stages if stage.name.span.start.offset >= behind]
    pixels = min(following, key=lambda stage: stage.name.span.start.offset, default=None)
    if pixels is not None:
        edits = _bytes_instead(pixels, stages, checked_stages, report)
        if edits:
            fixes.append(Fix("0 to 255", (comment, *edits)))
    return fixes


def _bytes_instead(
    pixels: StageSyntax, stages: tuple[StageSyntax, ...], checked_stages: dict[str, Stage], report: DiagnosticReport
) -> list[Edit]:
    """The edits after which a stage that read the numbers from 0 to 1 reads the capability's own floats of 0 to 255."""
    block = checked_stages.get(pixels.name.text)
    if not isinstance(block, BlockStage) or block.block.name != _NORMALISATION_BLOCK or len(block.inputs) != 1:
        return []
    camera = checked_stages.get(block.inputs[0].stage)
    image = next((stage for stage in stages if stage.name.text == block.inputs[0].stage), None)
    readers = [stage for stage in stages if any(each.stage == block.inputs[0].stage for each in stage.inputs)]
    is_picture = isinstance(camera, CapabilityStage) and camera.kind is IMAGE
    if image is None or not is_picture or len(readers) != 1 or report.source is None:
        return []
    removed_span = _lines_of(pixels, report.source)
    if removed_span is None:
        return []
    edits = [Edit(report.file, image.target.span, FLOAT_IMAGE.name), Edit(report.file, removed_span, "")]
    for output in image.outputs or ():
        type_ = TensorType(block.outputs[0].type.element, output.tensor_type.dimensions)
        edits.append(Edit(report.file, output.span, written_type(type_)))
    for stage in stages:
        if stage is not pixels:
            edits += [
                Edit(report.file, each.span, image.name.text) for each in stage.inputs if each.stage == pixels.name.text
            ]
    return edits


def _lines_of(stage: StageSyntax, source: SourceText) -> Span | None:
    """The lines of a stage that has them for itself, as a block of YAML."""
    ends = [stage.target.span.end, *(each.whole.end for each in stage.inputs)]
    ends += [each.span.end for each in stage.outputs or ()]
    ends += [stage.arguments_span.end] if stage.arguments_span is not None else []
    last = max(ends, key=lambda position: position.offset)
    start, _ = source.line_bounds(stage.name.span.start.line)
    _, end = source.line_bounds(last.line)
    if source.text[start : stage.name.span.start.offset].strip() or not _is_closed(source.text[last.offset : end]):
        return None
    end = source.line_bounds(last.line + 1)[0] if last.line < source.line_count else end
    return source.span(start, end)


def _is_closed(rest: str) -> bool:
    """Returns whether nothing but the ends of lists and maps and a comment stands behind."""
    return not rest.split("#")[0].strip(" ]}\t\r")
