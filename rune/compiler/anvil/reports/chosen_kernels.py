"""Reports the kernels of a program: the kernel of each operator and proc-block, and its memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypedDict

from rune.blocks.signature import Header
from rune.compiler.anvil.program import (
    Argument,
    BufferPlace,
    ConstantPlace,
    KernelInvocation,
    Place,
    Pointer,
    Program,
    RowLoop,
    Structure,
    calls,
)


class ChosenKernelJson(TypedDict):
    """A kernel as JSON; `constants` and `scratch` are in bytes."""

    stage: str
    function: str
    header: str
    constants: int
    scratch: int


@dataclass(frozen=True)
class ChosenKernel:
    """The kernel `function` of `header` (kernel set and file), which computes `stage`. `constants` and `scratch` are in
    bytes; shared constants count for each kernel. `is_by_rows`: it runs row by row, together with others."""

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
    """Returns the kernels in the order of the program's steps."""
    for step in program.steps:
        for call in calls(step):
            yield ChosenKernel(
                call.stage,
                call.function,
                _set_and_file(call.header),
                sum(len(program.constants[index].data) for index in dict.fromkeys(_constants(call))),
                sum(program.buffers[index].size for index in _scratch(program, call)),
                isinstance(step, RowLoop),
            )


def _set_and_file(header: Header) -> str:
    """Returns `portable/conv_2d.h`, as the emitted C includes it: without the folder of a family of kernels."""
    folder = header.parent
    is_family = folder.parent.parent.name == "kernels"
    return f"{(folder.parent if is_family else folder).name}/{header.name}"


def _constants(step: KernelInvocation) -> Iterator[int]:
    """Returns the indices of the constants of a call."""
    for argument in step.arguments:
        for place in _places(argument):
            if isinstance(place, ConstantPlace):
                yield place.index


def _scratch(program: Program, call: KernelInvocation) -> Iterator[int]:
    """Returns the indices of the buffers that only this call uses."""
    for place, _ in call.places():
        if isinstance(place, BufferPlace) and program.buffers[place.index].name == f"{call.stage} scratch":
            yield place.index


def _places(argument: Argument) -> Iterator[Place]:
    if isinstance(argument, Pointer):
        yield argument.place
    elif isinstance(argument, Structure):
        yield from (value.place for _, value in argument.fields if isinstance(value, Pointer))
