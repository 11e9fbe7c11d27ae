"""Warns when a noise filter keeps its state between whole windows: its estimate grows and removes all signal."""

from __future__ import annotations

from collections.abc import Callable

from rune.source.runefile.advice.added_argument import added_argument
from rune.source.runefile.codes import Code
from rune.source.runefile.pipeline import BlockStage, Stage
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.syntax import StageSyntax
from rune.wording import quoted

_FILTER = "noise_filtering"
_WHOLE_WINDOWS = "fft"
"""The block that gives a whole window at each run, so that one place of it is another moment's each time."""


def warn_of_noise_memory(
    syntax: StageSyntax, block: BlockStage, stage_named: Callable[[str], Stage | None], report: DiagnosticReport
) -> None:
    """Warns where `fresh` is left out behind `fft`. `fresh: 0` is deliberate and causes no warning."""
    if block.block.name != _FILTER or any(argument.name == "fresh" for argument in syntax.arguments):
        return
    if not any(block.arguments[name] for name in ("even_smoothing", "odd_smoothing")):
        return  # An estimate that never moves does not grow.
    source = stage_named(block.inputs[0].stage) if block.inputs else None
    if not isinstance(source, BlockStage) or source.block.name != _WHOLE_WINDOWS:
        return
    report.warning(
        Code.NOISE_MEMORY,
        f"{quoted(block.name)} keeps its noise estimate from window to window, and hears nothing after some seconds",
        syntax.target.span,
        [
            f"Each run reads a whole window of {quoted(source.name)}, and the estimate only grows: after 40 windows a "
            "speech model was right one time in five, after 120 never.",
            "`fresh: 1` starts each window anew. `fresh: 0` keeps the estimate, for a recording that is cut into a few "
            "runs, and is not warned of.",
        ],
        [
            *added_argument(syntax, "fresh: 1", report),
            *added_argument(syntax, "fresh: 0", report, "Write fresh: 0 and keep the estimate"),
        ],
    )
