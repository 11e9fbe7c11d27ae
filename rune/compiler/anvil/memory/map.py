"""Maps the contents of the arena over time, as text or for a page that draws it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypedDict

from rune.compiler.anvil.memory.plan import Plan, lifetimes
from rune.compiler.anvil.program import (
    Infer,
    KernelInvocation,
    Mark,
    Program,
    ReadCapability,
    RowLoop,
    SendOutput,
    Step,
)
from rune.wording import plain

MAX_BUFFERS: Final = 64
"""The maximum number of buffers in a map; the largest are kept."""
LINES: Final = 24
"""The size of a map as text."""
COLUMNS: Final = 96
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class MappedBufferJson(TypedDict):
    """A buffer as JSON: `size` bytes from `offset`, in use from step `first` to `last` inclusive."""

    name: str
    offset: int
    size: int
    first: int
    last: int


class MemoryMapJson(TypedDict):
    """A map as JSON: the size of the arena in bytes, the names of the steps in order, and the largest buffers, largest
    first."""

    arena: int
    steps: list[str]
    buffers: list[MappedBufferJson]


@dataclass(frozen=True)
class MappedBuffer:
    """The place of a buffer in the arena, from step `first` to `last` inclusive."""

    name: str
    offset: int
    size: int
    first: int
    last: int


@dataclass(frozen=True)
class MemoryMap:
    """The size of the arena in bytes, the names of the steps, and the largest buffers, largest first."""

    arena: int
    steps: tuple[str, ...]
    rooms: tuple[MappedBuffer, ...]

    @staticmethod
    def of(program: Program, plan: Plan) -> MemoryMap:
        rooms = [
            MappedBuffer(plain(buffer.name), offset, buffer.size, interval.first, interval.last)
            for buffer, offset, interval in zip(program.buffers, plan.buffer_offsets, lifetimes(program), strict=True)
            if buffer.room
        ]
        rooms.sort(key=lambda room: (-room.size, room.offset, room.first))
        steps = tuple(plain(_step_name(program, step)) for step in program.steps)
        return MemoryMap(plan.arena_size, steps, tuple(rooms[:MAX_BUFFERS]))

    def to_json(self) -> MemoryMapJson:
        rooms: list[MappedBufferJson] = [
            {"name": room.name, "offset": room.offset, "size": room.size, "first": room.first, "last": room.last}
            for room in self.rooms
        ]
        return {"arena": self.arena, "steps": list(self.steps), "buffers": rooms}

    def lines(self) -> Iterator[str]:
        """Returns the map as text: steps from left to right, addresses from bottom to top. Several steps can share a
        column."""
        if not self.rooms or not self.steps:
            return
        letters = {room: _LETTERS[number] if number < len(_LETTERS) else "#" for number, room in enumerate(self.rooms)}
        together = -(-len(self.steps) // COLUMNS)
        width = max(1, min(4, COLUMNS // len(self.steps)))
        band = -(-self.arena // LINES)
        for bottom in reversed(range(0, self.arena, band)):
            cells = []
            for step in range(0, len(self.steps), together):
                # The buffer that has the most of the band's bytes in these steps.
                rooms = [room for room in self.rooms if room.first < step + together and step <= room.last]
                most = max(rooms, key=lambda room: _shared_bytes(room, bottom, band), default=None)
                cells.append(width * (letters[most] if most is not None and _shared_bytes(most, bottom, band) else "·"))
            yield f"  {bottom:>9,} {''.join(cells)}"
        yield ""
        for room in self.rooms[: len(_LETTERS)]:
            end = room.offset + room.size - 1
            yield (
                f"  {letters[room]} {room.offset:>9,} to {end:>9,}  steps {room.first:>3} to {room.last:>3}"
                f"  {room.size:>9,}  {room.name}"
            )
        if len(self.rooms) > len(_LETTERS):
            yield f"  # {len(self.rooms) - len(_LETTERS)} smaller ones"


def _shared_bytes(room: MappedBuffer, bottom: int, size: int) -> int:
    """Returns how many bytes of a buffer are in a band of the arena."""
    return max(0, min(room.offset + room.size, bottom + size) - max(room.offset, bottom))


def _step_name(program: Program, step: Step) -> str:
    match step:
        case ReadCapability(capability):
            return program.capabilities[capability].name
        case KernelInvocation():
            return step.stage
        case RowLoop(_, stages):
            first, last = stages[0].calls[0].stage, stages[-1].calls[0].stage
            return first if len(stages) == 1 else f"{first} to {last}"
        case Infer():
            return "the host's model"
        case SendOutput(output):
            return program.outputs[output].name
        case Mark(stage):
            return f"the end of {stage}" if stage else "the beginning"
