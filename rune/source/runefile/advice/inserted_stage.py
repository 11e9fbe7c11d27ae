"""The edit that puts one more stage between two: the reader reads it in place of what it read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from rune.source.runefile.diagnostics import Edit, Fix, Span
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.source import SourceText
from rune.source.runefile.syntax import InputSyntax, RunefileForm, StageSyntax

_PLAIN = re.compile(r"-?[A-Za-z0-9_][A-Za-z0-9_.]*\Z")
_MOST_NAMES = 100


@dataclass(frozen=True)
class InsertedBlock:
    """A stage to put in between: its block, and the arguments that are not left out."""

    block: str
    arguments: Mapping[str, str]

    def __str__(self) -> str:
        """`scale` or `scale {to: -1..1}`."""
        return self.block + (f" {{{self._argument_text}}}" if self.arguments else "")

    @property
    def _argument_text(self) -> str:
        return ", ".join(f"{name}: {_value(value)}" for name, value in self.arguments.items())

    def lines(self, name: str, source: str, indent: str, step: str) -> list[str]:
        """The stage as YAML, a block of lines."""
        first = [f"{indent}{name}:", f"{indent}{step}proc-block: {self.block}", f"{indent}{step}inputs: [{source}]"]
        return [*first, *([f"{indent}{step}args: {{{self._argument_text}}}"] if self.arguments else [])]

    def line(self, name: str, source: str) -> str:
        """The stage as YAML, in brackets."""
        args = f", args: {{{self._argument_text}}}" if self.arguments else ""
        return f"{name}: {{proc-block: {self.block}, inputs: [{source}]{args}}}"


Insert = Callable[[StageSyntax, InputSyntax, InsertedBlock], list[Fix]]
"""Makes the fix that puts a block in front of an input of a stage."""


def inserted_stage(
    new: InsertedBlock,
    reader: StageSyntax,
    input_: InputSyntax,
    names_in_use: Collection[str],
    report: DiagnosticReport,
) -> list[Fix]:
    """The fix that puts a block in front of an input; none where the text is too unusual to write into it.

    It is a guess: what comes may be wrong as well as what is made of it.
    """
    source = report.source
    if source is None or report.form is RunefileForm.TEXT:
        return []
    name = _free_name(new.block, names_in_use)
    span = _alone(input_, source.text)
    at = _place(reader, source)
    if name is None or at is None or span is None:
        return []
    ending = "\r\n" if "\r\n" in source.text else "\n"
    text = ending.join(new.lines(name, input_.text, at.indent, at.step)) + ending
    if at.is_in_braces:
        text = new.line(name, input_.text) + ", "
    here = source.span(at.offset, at.offset)
    edits = (Edit(report.file, here, text), Edit(report.file, span, name))
    return [Fix(f"Put {new} in between", edits)]


@dataclass(frozen=True)
class _InsertionPoint:
    """The place where a stage is written: in front of its reader."""

    offset: int
    indent: str
    step: str
    is_in_braces: bool


def _place(reader: StageSyntax, source: SourceText) -> _InsertionPoint | None:
    start, _ = source.line_bounds(reader.name.span.start.line)
    before = source.text[start : reader.name.span.start.offset]
    if not before.strip(" "):
        at = _above_comments(reader.name.span.start.line, source)
        return _InsertionPoint(at, before, _step(reader, source, before), is_in_braces=False)
    quotes = before[-1] in "\"'"
    if before.rstrip("\"' ").endswith(("{", ",")):
        return _InsertionPoint(reader.name.span.start.offset - quotes, "", "", is_in_braces=True)
    return None


def _above_comments(line: int, source: SourceText) -> int:
    """The start of a line, or of the first of the comments right above it, which are about it."""
    while line > 1:
        start, end = source.line_bounds(line - 1)
        if not source.text[start:end].lstrip(" ").startswith("#"):
            break
        line -= 1
    return source.line_bounds(line)[0]


def _step(reader: StageSyntax, source: SourceText, indent: str) -> str:
    """Returns how much further the keys of a stage are indented."""
    line = reader.target.span.start.line
    if line > reader.name.span.start.line:
        text = source.text[source.line_bounds(line)[0] : reader.target.span.start.offset]
        more = len(text) - len(text.lstrip(" ")) - len(indent)
        if 0 < more <= 8:
            return " " * more
    return "  "


def _alone(input_: InputSyntax, text: str) -> Span | None:
    """Returns where the input is written, as a plain word; None for one that is an alias of another place."""
    span = input_.whole
    return span if text[span.start.offset : span.end.offset].strip("\"'") == input_.text else None


def _free_name(block: str, names_in_use: Collection[str]) -> str | None:
    names = (block, *(f"{block}_{number}" for number in range(2, _MOST_NAMES)))
    return next((name for name in names if name not in names_in_use), None)


def _value(value: str) -> str:
    return value if _PLAIN.match(value) else json.dumps(value)
