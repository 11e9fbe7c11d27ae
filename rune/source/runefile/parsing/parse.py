"""Plain values to the syntax tree: which keys there are and what shape their values have.

Says what is missing, misspelt or of the wrong shape; whether names and types fit each other is checked later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from rune.capabilities import CAPABILITIES
from rune.source.runefile.codes import Code
from rune.source.runefile.diagnostics import Fix, Span
from rune.source.runefile.parsing.fields import (
    Field,
    description_of,
    missing,
    read_fields,
    read_named,
    read_text,
    refuse_merge_key,
    wrong_shape,
)
from rune.source.runefile.parsing.resources import read_resources
from rune.source.runefile.parsing.stage_parts import read_arguments, read_inputs, read_outputs
from rune.source.runefile.parsing.watch import counts_answers, read_features
from rune.source.runefile.parsing.zune import is_zune_stage
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.syntax import ResourceSyntax, RunefileForm, RunefileSyntax, StageKind, StageSyntax, Word
from rune.source.runefile.yaml.values import ComposedDocument, Map, Value, YamlScalar
from rune.wording import plain, quoted

_OF_SHAPE = frozenset(
    {
        Code.WRONG_SHAPE,
        Code.MISSING_KEY,
        Code.REPEATED_KEY,
        Code.NO_KIND,
        Code.UNKNOWN_RESOURCE,
        Code.BAD_INPUT,
        Code.BAD_DIMENSIONS,
    }
)
"""The diagnostics of such stages, once they are read and before they are checked."""
_UNABLE = "Unable to parse the input: "
_ONE = re.compile(r"\s*\+?0*1(\.0*)?\s*\Z")
_PARAMETER_NAMES = frozenset(parameter.name for each in CAPABILITIES.values() for parameter in each.parameters)
_DOCUMENT_KEYS = ("version", "image", "pipeline", "resources", "watch")
_STAGE_KEYS = {
    StageKind.MODEL: ("inputs", "outputs", "args", "watch"),
    StageKind.BLOCK: ("inputs", "outputs", "args", "watch"),
    StageKind.CAPABILITY: ("outputs", "args", "watch"),
    StageKind.OUTPUT: ("inputs", "args"),
}


def parse(document: ComposedDocument, start: Span, report: DiagnosticReport) -> RunefileSyntax:
    """Reads the document; `start` is where to point when there is nothing else. Never raises."""
    root = document.root
    if root is None or (isinstance(root, YamlScalar) and root.value is None):
        _report_empty(start, report)
        return RunefileSyntax((), (), start, frozenset())
    if not isinstance(root, Map):
        wrong_shape(report, "A Runefile", "a map with the keys version, image and pipeline", root)
        return RunefileSyntax((), (), root.span, frozenset())
    fields = read_fields(root, _DOCUMENT_KEYS, "in a Runefile", report)
    first = _line_start(root)
    _check_version(fields.get("version"), start, first, report)
    _check_image(fields.get("image"), start, first, report)
    stages, broken_names = _stages(fields.get("pipeline"), start, document, report)
    resources = read_resources(fields.get("resources"), document, report)
    stages, resources = _first_of_each_name(stages, resources, report)
    pipeline = fields.get("pipeline")
    form = report.form
    if form is RunefileForm.YAML and any(is_zune_stage(stage) for stage in stages):
        form = RunefileForm.ZUNE
    span = start if pipeline is None else pipeline[0].span
    counts = counts_answers(fields.get("watch"), report)
    return RunefileSyntax(stages, resources, span, broken_names, form, counts)


SKELETON = """\
version: 1
image: runicos/base
pipeline:
  input:
    capability: RAW
    args:
      length: 4
    outputs:
      - {type: f32, dimensions: [1, 1]}
  output:
    out: SERIAL
    inputs: [input]
"""
"""The least that is a Runefile: it sends what it reads."""


def _report_empty(start: Span, report: DiagnosticReport) -> None:
    """Says how to begin, and which keys are missing in the words that tools look for."""
    message = f"{missing('version')}: the Runefile is empty"
    notes = [
        f"{missing('image')}.",
        f"{missing('pipeline')}.",
        "A Runefile has a pipeline of stages: a capability reads, proc-blocks and models compute, an `out` sends.",
    ]
    fix = report.guess(start, SKELETON, "Write a Runefile that can be built, to begin with")
    report.error(Code.EMPTY_RUNEFILE, message, start, notes, [fix])


def _line_start(root: Map) -> Span | None:
    """Returns where a line can be put before the first key; nowhere in a map with braces."""
    first = root.entries[0][0].span.start if root.entries else None
    return Span(first, first) if first is not None and first == root.span.start and first.column == 1 else None


def _missing_line(key: str, line: str, start: Span, first: Span | None, report: DiagnosticReport) -> None:
    fixes = [report.replace(first, f"{line}\n", f"Write {line}")] if first is not None else []
    report.error(Code.MISSING_KEY, missing(key), start, [f"Write `{line}`."], fixes)


def _check_version(field: Field | None, start: Span, first: Span | None, report: DiagnosticReport) -> None:
    if field is None:
        _missing_line("version", "version: 1", start, first, report)
        return
    _, value = field
    if isinstance(value, YamlScalar) and type(value.value) is int and value.value == 1:
        return
    fix = [report.guess(value.span, "1")] if isinstance(value, YamlScalar) and value.text else []
    if isinstance(value, YamlScalar) and type(value.value) is int and value.value >= 0:
        cause = f"invalid value: integer `{plain(value.text)}`, expected version to be 1"
        report.error(Code.WRONG_VERSION, _UNABLE + cause, value.span, fixes=fix)
        return
    notes = [f"It is {description_of(value)}, and must be the number 1 without quotes."]
    if isinstance(value, YamlScalar) and _ONE.match(value.text):
        cause = missing("version").removeprefix(_UNABLE)
        message = f"The version is understood as 1, and other compilers stop at it: {cause}"
        report.warning(Code.WRONG_VERSION, message, value.span, notes, [report.replace(value.span, "1")])
    else:
        report.error(Code.WRONG_VERSION, missing("version"), value.span, notes, fix)


def _check_image(field: Field | None, start: Span, first: Span | None, report: DiagnosticReport) -> None:
    if field is None:
        _missing_line("image", "image: runicos/base", start, first, report)
    else:
        read_text(field[1], "`image`", report)


def _stages(
    field: Field | None, start: Span, document: ComposedDocument, report: DiagnosticReport
) -> tuple[tuple[StageSyntax, ...], frozenset[str]]:
    """The stages, and the names of those of which not even the kind is known."""
    if field is None:
        report.error(Code.MISSING_KEY, missing("pipeline"), start, ["The stages of the app belong under `pipeline:`."])
        return (), frozenset()
    named_stages = []
    for name, value in read_named(field, "stage", report):
        before = report.count
        named_stages.append((name.text, _stage(name, value, document, report)))
        if report.form is RunefileForm.YAML:
            report.begin_message(before, _OF_SHAPE, _UNABLE)
    stages = tuple(stage for _, stage in named_stages if stage is not None)
    return stages, frozenset(name for name, stage in named_stages if stage is None)


def _stage(name: Word, value: Value, document: ComposedDocument, report: DiagnosticReport) -> StageSyntax | None:
    at = name.span.start.offset
    if at in document.broken_offsets or (document.is_damaged(at) and not isinstance(value, Map)):
        return None
    kinds = [kind.value for kind in StageKind]
    if not isinstance(value, Map):
        _no_kind(name, report, [f"It is {description_of(value)}."])
        return None
    # The first kind of this order wins, as it always did.
    present = {key.text: key for key, _ in value.entries if isinstance(key, YamlScalar)}
    kind = next((kind for kind in StageKind if kind.value in present), None)
    if kind is None and "<<" in present:
        refuse_merge_key(present["<<"], report)
        return None
    if kind is None:
        known_keys = {*kinds, "inputs", "outputs", "args", "watch"}
        for key in present.values():
            near = report.nearest(key.text, kinds) if key.text not in known_keys else None
            if near is not None:
                fix = report.replace_name(key.span, key.text, near)
                _no_kind(name, report, [f"Did you mean `{near}`?"], key.span, [fix])
                break
        else:
            _no_kind(name, report, [])
        return None
    for other in kinds:
        if other in present and other != kind.value:
            report.warning(
                Code.TWO_KINDS,
                f"{quoted(name.text)} is {_a(kind)} stage, so its key {quoted(other)} is ignored",
                present[other].span,
                ["A stage has one of the keys model, proc-block, capability and out. Make two stages of it."],
            )
    fields = read_fields(
        value, (*kinds, *_STAGE_KEYS[kind]), f"in {_a(kind)} stage", report, displaced_keys=_argument_names(kind)
    )
    target = read_text(fields[kind.value][1], f"`{kind.value}` of {quoted(name.text)}", report)
    if target is None:
        return None
    before = report.error_count
    allowed_keys = _STAGE_KEYS[kind]
    inputs = read_inputs(fields.get("inputs"), name, report) if "inputs" in allowed_keys else ()
    outputs = read_outputs(fields.get("outputs"), name, report) if "outputs" in allowed_keys else None
    arguments = read_arguments(fields.get("args"), report, with_lists=kind is StageKind.BLOCK)
    span = fields["args"][1].span if "args" in fields else None
    is_sound = report.error_count == before and not document.is_damaged(at)
    watch = read_features(fields.get("watch"), name, report) if "watch" in allowed_keys else ()
    return StageSyntax(name, kind, target, inputs, outputs, arguments, span, is_sound, watch)


def _a(kind: StageKind) -> str:
    return f"an {kind.value}" if kind is StageKind.OUTPUT else f"a {kind.value}"


def _argument_names(kind: StageKind) -> frozenset[str]:
    """The names that belong into `args`, and are sometimes found beside it."""
    return _PARAMETER_NAMES if kind is StageKind.CAPABILITY else frozenset()


def _no_kind(
    name: Word, report: DiagnosticReport, notes: list[str], span: Span | None = None, fixes: Iterable[Fix] = ()
) -> None:
    report.error(
        Code.NO_KIND,
        f"The stage {quoted(name.text)} needs one of the keys capability, proc-block, model and out",
        span or name.span,
        notes,
        fixes,
    )


def _first_of_each_name(
    stages: tuple[StageSyntax, ...], resources: tuple[ResourceSyntax, ...], report: DiagnosticReport
) -> tuple[tuple[StageSyntax, ...], tuple[ResourceSyntax, ...]]:
    """Stages and resources share one namespace."""
    first: dict[str, Word] = {}
    names = [*(stage.name for stage in stages), *(resource.name for resource in resources)]
    for name in sorted(names, key=lambda name: name.span.start):
        if name.text in first:
            line = first[name.text].span.start.line
            message = f"The name {quoted(name.text)} is defined multiple times"
            report.error(Code.REPEATED_NAME, message, name.span, [f"The first definition is in line {line}."])
        else:
            first[name.text] = name
    return (
        tuple(stage for stage in stages if first[stage.name.text] is stage.name),
        tuple(resource for resource in resources if first[resource.name.text] is resource.name),
    )
