"""Inputs that stay in the memory of the program around a rune, where nothing writes to them.

Only blocks may read them there, as they read element by element: a kernel of a model may load several elements at once,
for which the caller's memory need not be aligned.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from rune.compiler.anvil.memory.step_places import step_places
from rune.compiler.anvil.program import (
    BufferPlace,
    KernelInvocation,
    Lifetime,
    Place,
    Program,
    ReadCapability,
    SendOutput,
    Step,
)


def with_borrowed_inputs(program: Program) -> Program:
    """The program with the buffers of inputs marked that each run reads where its caller holds them."""
    readers: dict[int, list[Step]] = defaultdict(list)
    for step in program.steps:
        for index in dict.fromkeys(place.index for place, _ in step_places(step) if isinstance(place, BufferPlace)):
            readers[index].append(step)
    borrowed = {index for index, steps in readers.items() if _is_only_read(index, steps)}
    buffers = (
        replace(buffer, lifetime=Lifetime.BORROWED) if index in borrowed else buffer
        for index, buffer in enumerate(program.buffers)
    )
    return replace(program, buffers=tuple(buffers))


def _is_only_read(index: int, steps: list[Step]) -> bool:
    first, *others = steps
    return (
        isinstance(first, ReadCapability)
        and first.tensor.place == BufferPlace(index)
        and all(_only_reads(step, index) for step in others)
    )


def _only_reads(step: Step, index: int) -> bool:
    match step:
        case KernelInvocation():
            is_written = any(writes and _is_in(place, index) for place, writes in step.places())
            return step.part == 0 and not is_written and not any(_is_in(place, index) for place in step.beside)
        case SendOutput():
            texts = [place for tensor in step.tensors for place in tensor.points_into]
            return not any(_is_in(place, index) for place in texts)
        case _:
            return False


def _is_in(place: Place, buffer: int) -> bool:
    return isinstance(place, BufferPlace) and place.index == buffer
