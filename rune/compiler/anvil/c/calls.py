"""Writes the call of a step's function as C. Each target has its own notation for numbers and pointers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from rune.compiler.anvil.c.text import IDENTIFIER, checked
from rune.compiler.anvil.program import (
    Argument,
    ElementCount,
    KernelInvocation,
    Number,
    Pointer,
    ResourcePlace,
    Step,
    Structure,
)

GATES: Final = "gates"
"""The name of the array of gates: an element is 1 if a block that can wait has output in this run."""


@dataclass(frozen=True)
class Notation:
    """The notation of a target for the arguments of a call."""

    number: Callable[[int | float], str]
    pointer: Callable[[Pointer], str]
    resource: Callable[[ResourcePlace], str]


def call_lines(step: KernelInvocation, notation: Notation) -> list[str]:
    """Returns the constants for the structures of the call, and the call."""
    lines: list[str] = []
    arguments = [_argument(argument, notation, lines) for argument in step.arguments]
    call = f"{checked(step.function, IDENTIFIER)}({', '.join(arguments)})"
    return [*lines, f"    {call};" if step.gate is None else f"    {GATES}[{step.gate}] = {call} != 0;"]


def gate_lines(step: Step, needs: Sequence[int]) -> list[str]:
    """Returns the lines before a step that depends on gates, or that is a gate: its gate is closed until the step has
    run."""
    gate = step.gate if isinstance(step, KernelInvocation) else None
    shut = [] if gate is None else [f"    {GATES}[{gate}] = 0;"]
    return [*shut, *([f"    if ({' || '.join(f'!{GATES}[{each}]' for each in needs)}) return;"] if needs else [])]


def count_text(count: ElementCount, pointer: Callable[[Pointer], str]) -> str:
    """Returns a C expression of type int32_t for the number of elements of a tensor in this run."""
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
