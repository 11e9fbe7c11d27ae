"""The kernels of a program: what each operator and proc-block is computed by, and what that costs in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypedDict

from rune.compiler.anvil.program import (
    Argument,
    BufferPlace,
    Call,
    ConstantPlace,
    Place,
    Pointer,
    Program,
    Rows,
    Structure,
    calls,
)


class ChosenKernelJson(TypedDict):
    """One kernel; `constants` and `scratch` are bytes."""

    stage: str
    function: str
    header: str
    constants: int
    scratch: int


@dataclass(frozen=True)
class ChosenKernel:
    """`function` of `header` (kernel set and file), which computes `stage`. `constants` and `scratch` are bytes;
    constants that several kernels share are counted for each. `is_by_rows`: together with others, row by row."""

    stage: str
    function: str
    header: str
    constants: int
    scratch: int
    is_by_rows: bool

    def to_json(self) -> ChosenKernelJson:
        return {
            "stage": self.stage,
            "function": self.function,
            "header": self.header,
            "constants": self.constants,
            "scratch": self.scratch,
        }


def chosen_kernels(program: Program) -> Iterator[ChosenKernel]:
    """In the order in which the program's steps call them."""
    for step in program.steps:
        for call in calls(step):
            yield ChosenKernel(
                call.stage,
                call.function,
                f"{call.header.parent.name}/{call.header.name}",
                sum(len(program.constants[index].data) for index in dict.fromkeys(_constants(call))),
                sum(program.buffers[index].size for index in _scratch(program, call)),
                isinstance(step, Rows),
            )


def _constants(step: Call) -> Iterator[int]:
    """The constants that a call is given, by their indices."""
    for argument in step.arguments:
        for place in _places(argument):
            if isinstance(place, ConstantPlace):
                yield place.index


def _scratch(program: Program, call: Call) -> Iterator[int]:
    """The buffers that are a call's own, by their indices."""
    for place, _ in call.places():
        if isinstance(place, BufferPlace) and program.buffers[place.index].name == f"{call.stage} scratch":
            yield place.index


def _places(argument: Argument) -> Iterator[Place]:
    if isinstance(argument, Pointer):
        yield argument.place
    elif isinstance(argument, Structure):
        yield from (value.place for _, value in argument.fields if isinstance(value, Pointer))
