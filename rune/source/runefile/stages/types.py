"""Comparing types: those that a Runefile declares with those that come out, and what feeds a stage with its needs."""

from __future__ import annotations

from collections.abc import Sequence

from rune.source.runefile.codes import Code
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.syntax import StageSyntax, TypeSyntax
from rune.tensor import TensorType
from rune.wording import counted, quoted


def same_data(left: TensorType, right: TensorType) -> bool:
    """Returns whether one can be read as the other: tensors are flat, so only how the dimensions are written may
    differ."""
    is_same_count = left.count == right.count and left.is_fixed and right.is_fixed
    return left.element is right.element and is_same_count


def check_declared_outputs(
    stage: StageSyntax, actual: Sequence[TensorType], source: str, report: DiagnosticReport
) -> bool:
    """Compares `outputs`, where they are given, with what `source` ("The model", "fft") gives. False: an error."""
    if stage.outputs is None:
        return True
    if len(stage.outputs) != len(actual):
        span = stage.outputs[len(actual)].span if len(stage.outputs) > len(actual) else stage.name.span
        declared_count = len(stage.outputs)
        message = (
            f"{source} gives {counted(len(actual), 'output')}, and {quoted(stage.name.text)} declares {declared_count}"
        )
        notes = [f"It gives {', '.join(map(str, actual))}."] if actual else []
        report.error(Code.WRONG_OUTPUT_COUNT, message, span, notes)
        return False
    before = report.error_count
    for declaration, type_ in zip(stage.outputs, actual, strict=True):
        _check_declared(declaration, type_, source, report)
    return report.error_count == before


def _check_declared(declaration: TypeSyntax, actual: TensorType, source: str, report: DiagnosticReport) -> None:
    if declaration.element is not actual.element:
        message = f"{source} gives {actual}, and not {declaration.element}"
        add_diagnostic, code = report.error, Code.WRONG_DECLARED_TYPE
    elif declaration.dimensions is not None and declaration.tensor_type.count != actual.count:
        message = f"{source} gives {actual}, and not {declaration.tensor_type}"
        add_diagnostic, code = report.warning, Code.OTHER_DECLARED_DIMENSIONS
    else:
        return
    add_diagnostic(code, message, declaration.span, fixes=[report.replace_type(declaration.span, actual)])
