"""The description of a block's function: the signature, its arguments, and the stage that runs it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rune.blocks.shared_path import SharedPath


@dataclass(frozen=True)
class ArgumentRow:
    """An argument of the Runefile, as a row of a table; `default` is "" where it must be given."""

    name: str
    type: str
    default: str
    limits: str


def signature_line(name: str, interface: Mapping[str, Any]) -> str:
    """`smooth(x: f32[n], alpha: f32 = 0.2) -> f32[n]`."""
    inputs = [f"{each['name']}: {each['type']}" for each in interface["inputs"]]
    settings = [
        f"{each['name']}: {each['type']}" + ("" if each["default"] is None else f" = {_number(each['default'])}")
        for each in interface["settings"]
    ]
    gives = interface["outputs"]
    result = gives[0] if len(gives) == 1 else f"({', '.join(gives)})"
    return f"{name}({', '.join([*inputs, *settings])}) -> {result}"


def arguments_of(interface: Mapping[str, Any]) -> tuple[ArgumentRow, ...]:
    """The arguments, as they are declared."""
    return tuple(
        ArgumentRow(
            each["name"],
            each["type"],
            "" if each["default"] is None else _number(each["default"]),
            _limits(each["minimum"], each["maximum"]),
        )
        for each in interface["settings"]
    )


def stage_text(path: SharedPath, interface: Mapping[str, Any] | None) -> str:
    """The stage of a Runefile that runs a block. Its inputs are called as the block calls them: stages to be named."""
    inputs = ["input"] if interface is None else [each["name"] for each in interface["inputs"]]
    lines = [f"  {path.block.name}:", f"    proc-block: {path}", f"    inputs: [{', '.join(inputs)}]"]
    settings: Sequence[Mapping[str, Any]] = () if interface is None else interface["settings"]
    arguments = [(each["name"], 0 if each["default"] is None else each["default"]) for each in settings]
    if arguments:
        lines.append(f"    args: {{{', '.join(f'{name}: {_number(value)}' for name, value in arguments)}}}")
    return "\n".join(lines)


def _limits(minimum: float | None, maximum: float | None) -> str:
    if minimum is None and maximum is None:
        return ""
    if maximum is None:
        return f"from {_number(minimum or 0)}"
    return f"up to {_number(maximum)}" if minimum is None else f"{_number(minimum)} to {_number(maximum)}"


def _number(value: float) -> str:
    """Returns the number as a person writes it; an f32 has seven digits."""
    return str(value) if isinstance(value, int) else f"{value:.7g}"
