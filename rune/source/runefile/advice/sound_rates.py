"""Checks that a sound has the sample rate that the blocks after it expect: at another rate, frequencies are wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from rune.blocks.signature import integer
from rune.capabilities.sound import SOUND
from rune.port import Port
from rune.source.runefile.codes import Code
from rune.source.runefile.diagnostics import Fix
from rune.source.runefile.pipeline import BlockStage, CapabilityStage, Stage
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.syntax import ArgumentSyntax, InputSyntax, StageSyntax
from rune.tensor import TensorType
from rune.wording import hertz, quoted

_MOST_STAGES = 1000
"""Stages that are gone back through from one block."""


def warn_of_sound_rate(
    syntax: StageSyntax,
    block: BlockStage,
    stage_named: Callable[[str], Stage | None],
    syntax_named: Mapping[str, StageSyntax],
    report: DiagnosticReport,
) -> None:
    """Compares the rate of each sound that reaches a block with the one that it computes for."""
    rate = _expected_rate(block)
    if rate is None:
        return
    if block.block.sound_rate is not None:
        _warn_of_argument(syntax, block, rate, report)
    for input_, port in zip(syntax.inputs, block.inputs, strict=False):
        sound = _sound_behind(port, stage_named)
        if isinstance(sound, BlockStage):
            _warn_of_resampled(input_, syntax_named[sound.name], sound, block, rate, report)
            continue
        actual_rate = None if sound is None else dict(sound.parameters).get("hz")
        if sound is None or actual_rate is None or actual_rate == rate:
            continue
        fixes = _fixes(syntax_named[sound.name], sound, rate, report)
        argument = _argument(syntax, block.block.rate_argument or "")
        if argument is not None:
            fixes.append(report.guess(argument.span, str(actual_rate), f"Change {argument.name} to {actual_rate}"))
        report.warning(
            Code.SOUND_RATE,
            f"{quoted(block.name)} computes for sound of {hertz(rate)}, "
            f"and {quoted(sound.name)} gives {hertz(actual_rate)}",
            input_.whole,
            [
                "What it makes of another rate is another sound: every pitch is taken for another one.",
                f"A host gives the rate that is asked for, whatever its microphone or file has: ask for {rate}.",
            ],
            fixes,
        )


def _expected_rate(block: BlockStage) -> int | None:
    """Samples a second that a block computes for: what an argument says, or always the same; None for any."""
    if block.block.rate_argument is None:
        return block.block.sound_rate
    return integer(block.arguments, block.block.rate_argument)


def _warn_of_resampled(
    input_: InputSyntax,
    syntax: StageSyntax,
    resampler: BlockStage,
    block: BlockStage,
    rate: int,
    report: DiagnosticReport,
) -> None:
    """A sound whose rate was changed on the way, to another one."""
    name = resampler.block.output_rate_argument or ""
    actual_rate = integer(resampler.arguments, name)
    if actual_rate == rate:
        return
    argument = _argument(syntax, name)
    report.warning(
        Code.SOUND_RATE,
        f"{quoted(block.name)} computes for sound of {hertz(rate)}, "
        f"and {quoted(resampler.name)} gives {hertz(actual_rate)}",
        input_.whole,
        ["What it makes of another rate is another sound: every pitch is taken for another one."],
        [] if argument is None else [report.guess(argument.span, str(rate), f"Change {name} to {rate}")],
    )


def _warn_of_argument(syntax: StageSyntax, block: BlockStage, rate: int, report: DiagnosticReport) -> None:
    """An argument that looks as if it changed the rate."""
    actual_rate = block.arguments.get("sample_rate")
    argument = _argument(syntax, "sample_rate")
    if argument is None or actual_rate is None or actual_rate == rate:
        return
    report.warning(
        Code.SOUND_RATE,
        f"{block.block.name} computes for sound of {hertz(rate)}, whatever `sample_rate` says",
        argument.span,
        ["The argument is accepted for old Runefiles, and changes nothing."],
        [report.guess(argument.span, str(rate))],
    )


def _sound_behind(port: Port, stage_named: Callable[[str], Stage | None]) -> CapabilityStage | BlockStage | None:
    """Returns the source of the rate of a port's samples, through blocks that read one tensor; None without one.

    It is a SOUND capability, or a block that changes the rate.
    """
    for _ in range(_MOST_STAGES):
        stage = stage_named(port.stage)
        if isinstance(stage, BlockStage) and stage.block.output_rate_argument is not None:
            return stage
        if isinstance(stage, BlockStage) and len(stage.inputs) == 1:
            port = stage.inputs[0]
            continue
        return stage if isinstance(stage, CapabilityStage) and stage.kind is SOUND else None
    return None


def _fixes(sound: StageSyntax, stage: CapabilityStage, rate: int, report: DiagnosticReport) -> list[Fix]:
    """The fix that asks for the rate, and declares as many samples as come then."""
    argument = _argument(sound, "hz")
    duration = dict(stage.parameters).get("sample_duration_ms")
    if argument is None or duration is None:
        return []
    fix = report.guess(argument.span, str(rate), f"Change hz to {rate}")
    if not sound.outputs:
        return [fix]
    count = rate * int(duration) // 1000
    ones = tuple(size for size in stage.output.dimensions if size == 1)
    if count == 0 or len(ones) < len(stage.output.dimensions) - 1:
        return []
    dimensions = tuple(1 if size == 1 else count for size in stage.output.dimensions)
    type_fix = report.guess_type(sound.outputs[0].span, TensorType(stage.output.element, dimensions))
    return [replace(fix, edits=(*fix.edits, *type_fix.edits))]


def _argument(stage: StageSyntax, name: str) -> ArgumentSyntax | None:
    return next((argument for argument in stage.arguments if argument.name == name), None)
