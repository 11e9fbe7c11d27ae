"""The call of a step's function as lines of C. How numbers and pointers are written there is the target's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from rune.compiler.anvil.c_text import IDENTIFIER, checked
from rune.compiler.anvil.program import Argument, Call, ElementCount, Number, Pointer, ResourcePlace, Step, Structure

GATES: Final = "gates"
"""The array of a program's gates: 1 where a block that may wait has something to go on with in this run."""


@dataclass(frozen=True)
class Notation:
    """How a target writes the arguments of a call."""

    number: Callable[[int | float], str]
    pointer: Callable[[Pointer], str]
    resource: Callable[[ResourcePlace], str]


def call_lines(step: Call, notation: Notation) -> list[str]:
    """The structures that the call is given, each a constant of its own, and the call."""
    lines: list[str] = []
    arguments = [_argument(argument, notation, lines) for argument in step.arguments]
    call = f"{checked(step.function, IDENTIFIER)}({', '.join(arguments)})"
    return [*lines, f"    {call};" if step.gate is None else f"    {GATES}[{step.gate}] = {call} != 0;"]


def gate_lines(step: Step, needs: Sequence[int]) -> list[str]:
    """What stands before the work of a step that some gates keep, or that is a gate itself: shut until it is known."""
    gate = step.gate if isinstance(step, Call) else None
    shut = [] if gate is None else [f"    {GATES}[{gate}] = 0;"]
    return [*shut, *([f"    if ({' || '.join(f'!{GATES}[{each}]' for each in needs)}) return;"] if needs else [])]


def count_text(count: ElementCount, pointer: Callable[[Pointer], str]) -> str:
    """The number of elements that a tensor has in this run, as an expression of type int32_t."""
    sizes = pointer(Pointer(count.sizes, "int32_t"))
    return " * ".join([*(f"({sizes})[{axis}]" for axis in range(count.axes)), str(count.factor)])


def _argument(argument: Argument, notation: Notation, lines: list[str]) -> str:
    match argument:
        case Number(value):
            return notation.number(value)
        case Pointer():
            return notation.pointer(argument)
        case ElementCount():
            return count_text(argument, notation.pointer)
        case ResourcePlace():
            return notation.resource(argument)
        case Structure():
            name = f"structure_{len(lines)}"
            fields = ", ".join(f".{key} = {_field(value, notation)}" for key, value in argument.fields)
            lines.append(f"    static const {argument.type} {name} = {{{fields}}};")
            return f"&{name}"


def _field(value: int | float | tuple[int, ...] | Pointer | None, notation: Notation) -> str:
    match value:
        case None:
            return "0"
        case Pointer():
            return notation.pointer(value)
        case tuple():
            return "{" + ", ".join(map(notation.number, value)) + "}"
        case _:
            return notation.number(value)
