"""Old notations of proc-block arguments: another name, or a list. Their meaning is unchanged."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from rune.blocks.signature import Block
from rune.source.runefile.codes import Code
from rune.source.runefile.diagnostics import Edit, Fix, Span
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.syntax import ArgumentSyntax, RunefileForm
from rune.wording import quoted

OLD_NAMES = {("label", "labels"): "wordlist"}
"""The current names of arguments, by the block and the former name."""

_PLAIN_LINE = re.compile(r"[^\s#][^\x00-\x1f\x7f\x85\u2028\u2029\ufeff]*\Z")


def modern(argument: ArgumentSyntax, block: Block) -> ArgumentSyntax:
    """The argument under the name that it has today."""
    name = OLD_NAMES.get((block.name, argument.name))
    return argument if name is None else replace(argument, name=name)


def warn_of_old_argument(argument: ArgumentSyntax, block: Block, report: DiagnosticReport) -> None:
    """Says that `argument`, which has its name of today, is written the old way, and how it is written now."""
    source = report.source
    literal = argument.name
    if source is not None:
        literal = source.text[argument.name_span.start.offset : argument.name_span.end.offset]
    is_old_name = literal.strip("\"'").replace("-", "_") != argument.name
    if not is_old_name and (not argument.is_list or report.form is RunefileForm.TEXT):
        return  # The text form has lists with commas, and nothing else.
    if argument.is_list and report.form is not RunefileForm.TEXT:
        message = f"{block.name}'s {quoted(argument.name)} is written as a list, as it was once: it is a text now"
        notes = ["It is understood as a text with one item a line."]
    else:
        message = f"{block.name}'s {quoted(argument.name)} is written under the name that it had once"
        notes = ["It is understood."]
    span = argument.name_span
    report.warning(Code.OLD_ARGUMENT, message, span, notes, [_fix(argument, report)])


def _fix(argument: ArgumentSyntax, report: DiagnosticReport) -> Fix:
    edits = [Edit(report.file, argument.name_span, argument.name)]
    if not argument.is_list or report.form is RunefileForm.TEXT:
        return Fix(f"Rename to {argument.name}", tuple(edits), is_safe=True)
    title = f"Write {argument.name} as a text"
    block_text = _block_text(argument, report)
    if block_text is not None:
        whole = Span(argument.name_span.start, argument.span.end)
        return report.replace(whole, f"{argument.name}: {block_text}", title)
    text = json.dumps(str(argument.value), ensure_ascii=False)
    return Fix(title, (*edits, Edit(report.file, argument.span, text)), is_safe=True)


def _block_text(argument: ArgumentSyntax, report: DiagnosticReport) -> str | None:
    """The list as a block of lines below its name; None where that cannot stand or would lose a comment."""
    source = report.source
    if source is None:
        return None
    key = argument.name_span.start
    line_start, _ = source.line_bounds(key.line)
    _, line_end = source.line_bounds(argument.span.end.line)
    behind = source.text[argument.span.end.offset : line_end]
    between = source.text[argument.name_span.end.offset : argument.span.end.offset]
    lines = str(argument.value).split("\n")
    is_alone = not source.text[line_start : key.offset].strip() and not behind.strip() and "#" not in between
    if not is_alone or not all(_PLAIN_LINE.match(line) and line == line.rstrip() for line in lines):
        return None
    indent = " " * (key.column + 1)
    return "|-\n" + "\n".join(indent + line for line in lines)
