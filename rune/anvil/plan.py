"""Memory: every buffer of a program at an offset of one arena, so that what is not needed at one time shares room.

Messages to the host lie beside the arena, one after another, and are counted apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rune.anvil.errors import TooMuchMemory
from rune.anvil.program import (
    Buffer,
    BufferPlace,
    Call,
    Infer,
    Lifetime,
    Mark,
    Place,
    Program,
    ReadCapability,
    SendOutput,
    Step,
)
from rune.anvil.target_limits import TargetLimits


@dataclass(frozen=True)
class Plan:
    """Offsets in bytes: of each buffer in the arena, of each message beside it, of each constant in its part's blob."""

    buffer_offsets: tuple[int, ...]
    arena_size: int
    message_offsets: tuple[int, ...]
    message_size: int
    constant_offsets: tuple[int, ...]
    constant_sizes: tuple[int, ...]
    """By part."""
    embedded_size: int = 0
    """Bytes of the models that the rune carries for its host."""

    @property
    def constant_size(self) -> int:
        """Bytes of all constants, those models included."""
        return sum(self.constant_sizes) + self.embedded_size


@dataclass(frozen=True)
class Interval:
    """The steps, first to last, in which a buffer must keep its bytes."""

    first: int
    last: int

    def meets(self, other: Interval) -> bool:
        return self.first <= other.last and other.first <= self.last


def plan(program: Program, limits: TargetLimits) -> Plan:
    """Places everything. The same program and limits give the same plan. Raises `TooMuchMemory`."""
    alignment = limits.alignment
    buffer_offsets, arena_size = assign(program.buffers, lifetimes(program), alignment)
    message_offsets, message_size = sequential([message.size for message in program.messages], alignment)
    constant_offsets, constant_sizes = _constants(program, alignment)
    embedded_size = sum(aligned(len(data), alignment) for data in program.embedded)
    needed = arena_size + message_size + sum(constant_sizes) + embedded_size
    if needed > limits.memory:
        raise TooMuchMemory(needed, limits.memory, _largest(program))
    return Plan(
        buffer_offsets, arena_size, message_offsets, message_size, constant_offsets, constant_sizes, embedded_size
    )


def _constants(program: Program, alignment: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The offset of each constant in its part's blob, and the sizes of the blobs."""
    offsets = [0] * len(program.constants)
    sizes = []
    for part in range(program.parts):
        members = [index for index, constant in enumerate(program.constants) if constant.part == part]
        placed, size = sequential([len(program.constants[index].data) for index in members], alignment)
        for index, offset in zip(members, placed, strict=True):
            offsets[index] = offset
        sizes.append(size)
    return tuple(offsets), tuple(sizes)


def _largest(program: Program) -> str:
    sizes = {f"the tensor {buffer.name!r}": buffer.size for buffer in program.buffers}
    sizes |= {f"the message of output {number}": each.size for number, each in enumerate(program.messages)}
    sizes["weights and texts"] = sum(len(constant.data) for constant in program.constants)
    sizes["models for the host"] = sum(map(len, program.embedded))
    return max(sizes, key=lambda name: sizes[name])


def lifetimes(program: Program) -> tuple[Interval, ...]:
    """For each buffer the steps that it lives through. A kept one lives through all."""
    last_step = max(len(program.steps) - 1, 0)
    touched: dict[int, Interval] = {}
    for number, step in enumerate(program.steps):
        for place in _places(step):
            if isinstance(place, BufferPlace):
                first = touched[place.index].first if place.index in touched else number
                touched[place.index] = Interval(first, number)
    whole = Interval(0, last_step)
    return tuple(
        whole if buffer.lifetime is Lifetime.KEPT else touched.get(index, Interval(0, 0))
        for index, buffer in enumerate(program.buffers)
    )


def _places(step: Step) -> list[Place]:
    match step:
        case ReadCapability():
            return [step.tensor.place]
        case Call():
            return [place for place, _ in step.places()]
        case Infer():
            return [*step.inputs, *step.outputs]
        case SendOutput():
            return [tensor.place for tensor in step.tensors]
        case Mark():
            return []


def assign(buffers: Sequence[Buffer], intervals: Sequence[Interval], alignment: int) -> tuple[tuple[int, ...], int]:
    """Offsets of buffers and the size of the arena: the largest first, each into the tightest gap that it fits in."""
    order = sorted(range(len(buffers)), key=lambda index: (-buffers[index].size, intervals[index].first, index))
    offsets = [0] * len(buffers)
    placed: list[int] = []
    for index in order:
        size = aligned(buffers[index].size, alignment)
        neighbours = sorted(
            (offsets[other], offsets[other] + aligned(buffers[other].size, alignment))
            for other in placed
            if intervals[other].meets(intervals[index])
        )
        offsets[index] = _tightest_gap(neighbours, size)
        placed.append(index)
    return tuple(offsets), max(
        (offsets[i] + aligned(buffer.size, alignment) for i, buffer in enumerate(buffers)), default=0
    )


def _tightest_gap(neighbours: Sequence[tuple[int, int]], size: int) -> int:
    """Where `size` bytes go between the neighbours (start, end; by start), or behind them."""
    best: tuple[int, int] | None = None
    free_from = 0
    for start, end in neighbours:
        gap = start - free_from
        if gap >= size and (best is None or gap < best[0]):
            best = (gap, free_from)
        free_from = max(free_from, end)
    return best[1] if best else free_from


def sequential(sizes: Sequence[int], alignment: int) -> tuple[tuple[int, ...], int]:
    """Offsets one behind the other, and the size of all."""
    offsets = []
    end = 0
    for size in sizes:
        offsets.append(end)
        end = aligned(end + size, alignment)
    return tuple(offsets), end


def aligned(size: int, alignment: int) -> int:
    """The next multiple of the alignment."""
    return -(-size // alignment) * alignment
