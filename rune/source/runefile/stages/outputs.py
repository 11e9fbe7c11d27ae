"""Checking a stage that sends results to the host, and how large its text can get."""

from __future__ import annotations

from collections.abc import Sequence

from rune.abi import NUMBER_CHARACTERS, OutputKind
from rune.port import Port
from rune.source.runefile.codes import Code
from rune.source.runefile.pipeline import OutputStage
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.syntax import StageSyntax
from rune.tensor import ElementType, TensorType
from rune.wording import quoted, size_text

LARGE_SERIAL = 1_000_000
"""Bytes of JSON above which TENSOR is advised."""

OUTPUT_KINDS = {"SERIAL": OutputKind.SERIAL, "TENSOR": OutputKind.TENSOR}
"""The kinds by the name that a Runefile gives; lower case is known too."""
_SPELLINGS = {*OUTPUT_KINDS, *(name.lower() for name in OUTPUT_KINDS)}


def find_output(stage: StageSyntax, report: DiagnosticReport) -> OutputKind | None:
    """SERIAL or TENSOR; warns of another mixture of cases, and reports anything else."""
    name = stage.target.text.strip()
    spelling = name.upper()
    if spelling in OUTPUT_KINDS:
        if name not in _SPELLINGS:
            report.misspelt(Code.UNKNOWN_OUTPUT_KIND, stage.target.span, name, spelling)
        return OUTPUT_KINDS[spelling]
    near = report.nearest(name, OUTPUT_KINDS)
    fixes = [report.replace_name(stage.target.span, name, near)] if near else []
    notes = ["The outputs are SERIAL, which sends JSON, and TENSOR, which sends bytes."]
    report.error(Code.UNKNOWN_OUTPUT_KIND, f"There is no output {quoted(name)}", stage.target.span, notes, fixes)
    return None


def check_output_stage(
    stage: StageSyntax,
    kind: OutputKind,
    ports: tuple[Port, ...] | None,
    types: Sequence[tuple[TensorType | None, int]],
    report: DiagnosticReport,
) -> OutputStage | None:
    """The stage; None when something was reported. Each input comes with its type, if known, and a text's bound."""
    before = report.error_count
    if kind is OutputKind.TENSOR:
        for input_, (type_, _) in zip(stage.inputs, types, strict=True):
            if type_ is not None and type_.element is ElementType.UTF8:
                message = f"A TENSOR output cannot carry text, and {quoted(input_.text)} gives {type_}"
                fix = report.guess(stage.target.span, "SERIAL")
                report.error(Code.TEXT_TO_TENSOR, message, input_.whole, fixes=[fix])
    elif (size := sum(json_size(type_, bound) for type_, bound in types if type_ is not None)) > LARGE_SERIAL:
        report.warning(
            Code.LARGE_SERIAL,
            f"{quoted(stage.name.text)} can be {size_text(size)} of JSON, for which the rune keeps as much memory",
            stage.target.span,
            ["TENSOR sends the same numbers as bytes."],
            [report.guess(stage.target.span, "TENSOR")],
        )
    if report.error_count > before or ports is None or not stage.is_sound:
        return None
    return OutputStage(stage.name.text, kind, ports)


def json_size(type_: TensorType, text_bound: int = 0) -> int:
    """The most bytes that a tensor's elements take as JSON, commas included."""
    quotes = len('""')
    element = max(quotes, text_bound) if type_.element is ElementType.UTF8 else NUMBER_CHARACTERS[type_.element]
    return type_.count * (element + 1)
