"""Plans memory: gives every buffer of a program an offset in one arena, so that buffers that are not needed at the same
time share memory.

Messages to the host are beside the arena, one after another, and are counted separately.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import Final

import numpy as np

from rune.compiler.anvil.errors import TooMuchMemory
from rune.compiler.anvil.memory.step_places import step_places
from rune.compiler.anvil.memory.target_limits import TargetLimits
from rune.compiler.anvil.program import (
    Buffer,
    BufferPlace,
    Lifetime,
    Place,
    Program,
    SendOutput,
    Step,
)

SEARCH: Final = 50_000
"""The effort of the search for an order that needs less memory, in compared pairs of buffers: some hundreds of orders
for a model of thirty layers, none for thousands of buffers that all overlap."""


@dataclass(frozen=True)
class Plan:
    """The offsets in bytes of each buffer in the arena, of each message beside it, and of each constant in its part's
    blob."""

    buffer_offsets: tuple[int, ...]
    arena_size: int
    message_offsets: tuple[int, ...]
    message_size: int
    constant_offsets: tuple[int, ...]
    constant_sizes: tuple[int, ...]
    """The blobs of constants, by part."""
    embedded_size: int = 0
    """The bytes of the models that the rune contains for its host."""

    @property
    def constant_size(self) -> int:
        """The bytes of all constants, including those models."""
        return sum(self.constant_sizes) + self.embedded_size


@dataclass(frozen=True)
class Interval:
    """The steps in which a buffer must keep its contents, first to last inclusive."""

    first: int
    last: int

    def overlaps(self, other: Interval) -> bool:
        return self.first <= other.last and other.first <= self.last


def plan(program: Program, limits: TargetLimits, between: Callable[[], None] = lambda: None) -> Plan:
    """Plans the memory of a program. The same program and limits give the same plan. `between` is called before each
    buffer, and may raise. Raises `TooMuchMemory`."""
    alignment = limits.alignment
    buffer_offsets, arena_size = assign(program.buffers, lifetimes(program), alignment, between)
    message_offsets, message_size = sequential([message.size for message in program.messages], alignment)
    constant_offsets, constant_sizes = _constants(program, alignment)
    embedded_size = sum(aligned(len(data), alignment) for data in program.embedded_models)
    needed_memory = arena_size + message_size + sum(constant_sizes) + embedded_size
    if needed_memory > limits.memory:
        raise TooMuchMemory(needed_memory, limits.memory, _largest(program))
    return Plan(
        buffer_offsets, arena_size, message_offsets, message_size, constant_offsets, constant_sizes, embedded_size
    )


def _constants(program: Program, alignment: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Returns the offset of each constant in its part's blob, and the sizes of the blobs."""
    offsets = [0] * len(program.constants)
    sizes = []
    for part in range(program.parts):
        members = [index for index, constant in enumerate(program.constants) if constant.part == part]
        member_offsets, size = sequential([len(program.constants[index].data) for index in members], alignment)
        for index, offset in zip(members, member_offsets, strict=True):
            offsets[index] = offset
        sizes.append(size)
    return tuple(offsets), tuple(sizes)


def _largest(program: Program) -> str:
    sizes = {f"the tensor {buffer.name!r}": buffer.size for buffer in program.buffers}
    sizes |= {f"the message of output {number}": each.size for number, each in enumerate(program.messages)}
    sizes["weights and texts"] = sum(len(constant.data) for constant in program.constants)
    sizes["models for the host"] = sum(map(len, program.embedded_models))
    return max(sizes, key=lambda name: sizes[name])


def lifetimes(program: Program) -> tuple[Interval, ...]:
    """Returns the interval of each buffer. A persistent one lives through all steps. Memory that sent texts point into
    lives to the end of the run, because a target may pass the pointers to its caller."""
    last_step = max(len(program.steps) - 1, 0)
    used_intervals: dict[int, Interval] = {}
    for number, step in enumerate(program.steps):
        for place, _ in step_places(step):
            if isinstance(place, BufferPlace):
                first = used_intervals[place.index].first if place.index in used_intervals else number
                used_intervals[place.index] = Interval(first, number)
    for step in program.steps:
        for place in _sent_slices(step):
            if isinstance(place, BufferPlace):
                used_intervals[place.index] = Interval(used_intervals[place.index].first, last_step)
    whole = Interval(0, last_step)
    return tuple(
        whole if buffer.lifetime is Lifetime.PERSISTENT else used_intervals.get(index, Interval(0, 0))
        for index, buffer in enumerate(program.buffers)
    )


def _sent_slices(step: Step) -> list[Place]:
    """Returns the memory that the texts of a step's messages point into."""
    tensors = step.tensors if isinstance(step, SendOutput) else ()
    return [place for tensor in tensors for place in tensor.points_into]


def assign(
    buffers: Sequence[Buffer],
    intervals: Sequence[Interval],
    alignment: int,
    between: Callable[[], None] = lambda: None,
) -> tuple[tuple[int, ...], int]:
    """Returns the offsets of buffers and the size of the arena.

    Buffers are placed largest first, each into the tightest gap that it fits in. If that needs more than the lower
    bound, other orders are tried: each buffer in turn is placed first, then second, and so on; an order that is not
    worse is kept. The same arguments give the same offsets. `between` is called before each buffer of the first order,
    and may raise.
    """
    room = _Room.of(buffers, intervals, alignment, between)
    order = sorted(range(len(buffers)), key=lambda index: (-buffers[index].room, intervals[index].first, index))
    offsets, arena = room.layout(order, between)
    bound = least_arena(buffers, intervals, alignment)
    moves = ((place, index) for place in range(len(order)) for index in range(place + 1, len(order)))
    for place, index in islice(moves, SEARCH // room.pairs):
        if arena <= bound:
            break
        new_order = [*order[:place], order[index], *order[place:index], *order[index + 1 :]]
        new_offsets, size = room.layout(new_order)
        if size <= arena:
            order, offsets, arena = new_order, new_offsets, size
    return offsets, arena


def least_arena(buffers: Sequence[Buffer], intervals: Sequence[Interval], alignment: int) -> int:
    """Returns a lower bound of the arena: the most that one step needs."""
    changes: Counter[int] = Counter()
    for buffer, interval in zip(buffers, intervals, strict=True):
        changes[interval.first] += aligned(buffer.room, alignment)
        changes[interval.last + 1] -= aligned(buffer.room, alignment)
    return max(accumulate(changes[step] for step in sorted(changes)), default=0)


@dataclass(frozen=True)
class _Room:
    """The sizes of buffers, and for each the others that it must not overlap."""

    sizes: tuple[int, ...]
    neighbours: tuple[tuple[int, ...], ...]

    @property
    def pairs(self) -> int:
        """The cost of placing all buffers; at least 1."""
        return 1 + len(self.sizes) + sum(map(len, self.neighbours))

    @staticmethod
    def of(
        buffers: Sequence[Buffer], intervals: Sequence[Interval], alignment: int, between: Callable[[], None]
    ) -> _Room:
        sizes = tuple(aligned(buffer.room, alignment) for buffer in buffers)
        firsts = np.array([each.first for each in intervals])
        lasts = np.array([each.last for each in intervals])
        neighbours = []
        for index, interval in enumerate(intervals):
            between()
            overlapping = np.flatnonzero((firsts <= interval.last) & (lasts >= interval.first)).tolist()
            neighbours.append(tuple(other for other in overlapping if other != index))
        return _Room(sizes, tuple(neighbours))

    def layout(self, order: Sequence[int], between: Callable[[], None] = lambda: None) -> tuple[tuple[int, ...], int]:
        """Returns the offsets of the buffers, placed in this order, and the end of the last."""
        offsets: dict[int, int] = {}
        for index in order:
            between()
            occupied_spans = sorted(
                (offsets[other], offsets[other] + self.sizes[other])
                for other in self.neighbours[index]
                if other in offsets
            )
            offsets[index] = _tightest_gap(occupied_spans, self.sizes[index])
        ends = (offset + self.sizes[index] for index, offset in offsets.items())
        return tuple(offsets[index] for index in range(len(order))), max(ends, default=0)


def _tightest_gap(neighbours: Sequence[tuple[int, int]], size: int) -> int:
    """Returns the offset of the tightest gap for `size` bytes between the neighbours (start, end; sorted by start), or
    after them."""
    best: tuple[int, int] | None = None
    free_from = 0
    for start, end in neighbours:
        gap = start - free_from
        if gap >= size and (best is None or gap < best[0]):
            best = (gap, free_from)
        free_from = max(free_from, end)
    return best[1] if best else free_from


def sequential(sizes: Sequence[int], alignment: int) -> tuple[tuple[int, ...], int]:
    """Returns consecutive offsets, and the total size."""
    offsets = []
    end = 0
    for size in sizes:
        offsets.append(end)
        end = aligned(end + size, alignment)
    return tuple(offsets), end


def aligned(size: int, alignment: int) -> int:
    """Returns the next multiple of the alignment."""
    return -(-size // alignment) * alignment
