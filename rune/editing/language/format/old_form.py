"""A Runefile in the old line by line form, written anew as YAML, with its comments and in the order of its stages."""

from __future__ import annotations

import re
from bisect import bisect_right

from rune.editing.language.facts.analysis import Analysis
from rune.editing.language.graph_edits.wires import written_port
from rune.editing.language.yaml.edits import YamlData, block, style_of
from rune.editing.language.yaml.layout import line_start
from rune.editing.language.yaml.scalars import literal_of
from rune.port import Port
from rune.source.runefile import Severity
from rune.source.runefile.codes import Code
from rune.source.runefile.stages.old_arguments import modern
from rune.source.runefile.syntax import StageKind, StageSyntax, TypeSyntax

_OTHER_LINE = re.compile(r"^[ \t\ufeff]*(FROM|RUN)\b[ \t]*(\S*)", re.MULTILINE)
_REMARK = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'|(?:(?<=\s)|^)(#[^\r\n]*)", re.MULTILINE)
_UNREADABLE = frozenset((Code.BAD_INSTRUCTION.value, Code.NOT_TEXT.value, Code.TOO_LARGE.value))


def is_readable(analysis: Analysis) -> bool:
    """Returns whether every line of the old form was understood."""
    checked_runefile = analysis.checked_runefile
    is_sound = (
        all(stage.is_sound for stage in checked_runefile.syntax.stages) and not checked_runefile.syntax.broken_stages
    )
    return is_sound and not any(
        diagnostic.severity is Severity.ERROR and diagnostic.code in _UNREADABLE
        for diagnostic in checked_runefile.diagnostics
    )


def as_yaml(analysis: Analysis) -> str:
    """The Runefile as YAML, with line breaks as before. Lines that cannot be read would be lost: see `is_readable`."""
    text, stages = analysis.source.text, analysis.checked_runefile.syntax.stages
    style = style_of("", 2)
    others = [(match.start(1), match[1], match[2]) for match in _OTHER_LINE.finditer(text)]
    image = next((word for _, name, word in others if name == "FROM" and word), "runicos/base")
    starts = sorted(
        [(line_start(text, stage.name.span.start.offset), stage.name.text) for stage in stages]
        + [(line_start(text, start), f"{name} ") for start, name, _ in others]
    )
    remarks = _remarks(text, starts)
    lines = [*remarks.pop("FROM ", ()), "version: 1", f"image: {literal_of(image, in_flow=False)}", "", "pipeline:"]
    for stage in stages:
        lines += ["", *(f"  {remark}" for remark in remarks.pop(stage.name.text, ()))]
        lines += block(literal_of(stage.name.text, in_flow=True), _stage(analysis, stage), 2, style)
    last = remarks.pop("", [])
    rest = [f"  {remark}" for stage_remarks in remarks.values() for remark in stage_remarks]
    lines += ["", *rest] if rest else []
    newline = "\r\n" if "\r\n" in text else "\n"
    return newline.join("\n".join((*lines, *last, "")).split("\n"))


def _remarks(text: str, starts: list[tuple[int, str]]) -> dict[str, list[str]]:
    """The comments of each line's name: those above it and those behind it. Under "" those below the last line."""
    offsets = [offset for offset, _ in starts]
    by_stage: dict[str, list[str]] = {}
    for match in _REMARK.finditer(text):
        if match[1] is None:
            continue
        line = line_start(text, match.start(1))
        is_inside = text[:line].rstrip("\r\n \t").endswith("\\")
        is_alone = not is_inside and not text[line : match.start(1)].strip("\ufeff \t")
        index = bisect_right(offsets, match.start(1)) - (not is_alone)
        name = starts[index][1] if 0 <= index < len(starts) else ""
        by_stage.setdefault(name, []).append(match[1].rstrip())
    return by_stage


def _stage(analysis: Analysis, stage: StageSyntax) -> dict[str, YamlData]:
    fields: dict[str, YamlData] = {stage.kind.value: stage.target.text}
    if stage.kind is not StageKind.CAPABILITY:
        fields["inputs"] = tuple(written_port(Port(each.stage, each.index)) for each in stage.inputs)
    if stage.outputs is not None:
        fields["outputs"] = tuple(_type(each) for each in stage.outputs)
    if stage.arguments:
        block_ = analysis.block_of(stage)
        arguments = (each if block_ is None else modern(each, block_) for each in stage.arguments)
        fields["args"] = {each.name: each.value for each in arguments}
    return fields


def _type(type_: TypeSyntax) -> dict[str, YamlData]:
    fields: dict[str, YamlData] = {"type": type_.element.value}
    if type_.dimensions is not None:
        fields["dimensions"] = type_.dimensions
    return fields
