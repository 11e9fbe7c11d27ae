"""Missing parameters of a capability, with a fix where its declared type determines the value."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from rune.abi import Capability, PixelFormat
from rune.source.runefile.added_argument import added_argument
from rune.source.runefile.codes import Code
from rune.source.runefile.report import Report
from rune.source.runefile.syntax import StageSyntax
from rune.tensor import ElementType, TensorType
from rune.wording import quoted


def report_missing(
    stage: StageSyntax,
    kind: Capability,
    names: Collection[str],
    parameters: Mapping[str, int | float],
    declared: TensorType | None,
    report: Report,
) -> None:
    """Reports each of `names`; `given` are the parameters that could be read."""
    for name in names:
        value = None if declared is None else _following(kind, name, parameters, declared)
        line = f"{name}: {value}"
        what = f"`{name}: ` and a number" if value is None else f"`{line}`"
        report.error(
            Code.MISSING_PARAMETER,
            f'The "{name}" argument wasn\'t set for {quoted(stage.name.text)}',
            stage.target.span,
            [f"{kind.name} needs it: write {what} under `args`."],
            [] if value is None else [replace(fix, is_safe=True) for fix in added_argument(stage, line, report)],
        )


def _following(kind: Capability, name: str, parameters: Mapping[str, int | float], declared: TensorType) -> int | None:
    """What a parameter can only be, for a tensor of the declared type to come of it; None where that is not clear."""
    if kind in (Capability.IMAGE, Capability.FLOAT_IMAGE):
        channels = 1 if parameters.get("pixel_format", PixelFormat.RGB) == PixelFormat.GRAYSCALE else 3
        if len(declared.dimensions) != 4 or declared.dimensions[::3] != (1, channels):
            return None
        return {"width": declared.dimensions[1], "height": declared.dimensions[2]}.get(name)
    other = parameters.get("sample_duration_ms" if name == "hz" else "hz")
    if kind is not Capability.SOUND or declared.element is not ElementType.I16 or not isinstance(other, int):
        return None
    value, rest = divmod(declared.count * 1000, other) if other > 0 else (0, 1)
    return value if value > 0 and rest == 0 else None
