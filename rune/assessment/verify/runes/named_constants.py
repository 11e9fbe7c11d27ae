"""The constants of a program's steps, with the steps' names as people call them."""

from __future__ import annotations

from collections.abc import Iterator

from rune.compiler.anvil.program import ConstantPlace, KernelInvocation, Pointer, Program, Structure, calls

MIN_DISTINCT_BYTES = 16
"""Bytes of a constant that are enough to look for it; shorter ones may stand anywhere."""


def named_constants(program: Program) -> Iterator[tuple[str, bytes]]:
    """Each constant of each step, in the program's order."""
    for call in (call for step in program.steps for call in calls(step)):
        name = _step_name(call)
        yield from ((name, data) for data in _constants(program, call))


def is_distinct(data: bytes) -> bool:
    """Returns whether a constant can be looked for: it is long enough, and not all zeros."""
    return len(data) >= MIN_DISTINCT_BYTES and any(data)


def _step_name(call: KernelInvocation) -> str:
    stage, *operator = call.stage.rsplit(" ", 2) if call.part else (call.stage,)
    return f"op {operator[1]} {operator[0]} of {stage}" if operator else stage


def _constants(program: Program, call: KernelInvocation) -> Iterator[bytes]:
    for argument in call.arguments:
        fields = [value for _, value in argument.fields] if isinstance(argument, Structure) else [argument]
        for value in fields:
            if isinstance(value, Pointer) and isinstance(value.place, ConstantPlace):
                yield program.constants[value.place.index].data
