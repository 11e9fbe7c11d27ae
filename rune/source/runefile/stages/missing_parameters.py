"""Missing parameters of a capability, with a fix where its declared type determines the value."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from rune.capabilities import Capability
from rune.source.runefile.advice.added_argument import added_argument
from rune.source.runefile.codes import Code
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.syntax import StageSyntax
from rune.tensor import TensorType
from rune.wording import quoted


def report_missing(
    stage: StageSyntax,
    kind: Capability,
    names: Collection[str],
    parameters: Mapping[str, int | float],
    declared_type: TensorType | None,
    report: DiagnosticReport,
) -> None:
    """Reports each of `names`; `parameters` are those that could be read."""
    for name in names:
        value = None if declared_type is None else kind.solve(name, parameters, declared_type)
        line = f"{name}: {value}"
        what = f"`{name}: ` and a number" if value is None else f"`{line}`"
        report.error(
            Code.MISSING_PARAMETER,
            f'The "{name}" argument wasn\'t set for {quoted(stage.name.text)}',
            stage.target.span,
            [f"{kind.name} needs it: write {what} under `args`."],
            [] if value is None else [replace(fix, is_safe=True) for fix in added_argument(stage, line, report)],
        )
