"""The places of values in a program while kernels are selected: buffers, constants, and what is kept between runs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from rune.compiler.anvil.computation import Array
from rune.compiler.anvil.graph import BlockCall, Graph, Node, Value
from rune.compiler.anvil.program import (
    Buffer,
    BufferPlace,
    ConstantData,
    ConstantPlace,
    Lifetime,
    Place,
    Pointer,
    ProgramTensor,
    Row,
)
from rune.compiler.anvil.target import Target
from rune.tensor import ElementType, TensorType

PIPELINE = 0
"""The part of the program that is not a model."""


class ValuePlaces:
    """The place of each value so far, with the buffers and constants that the program needs for them."""

    def __init__(self, graph: Graph, target: Target) -> None:
        self._graph = graph
        self._target = target
        self._places: dict[int, Place] = {}
        self.text_memory = _text_memory(graph)
        self.buffers: list[Buffer] = []
        self.constants: dict[ConstantData, int] = {}

    def output(self, node: Node, number: int, part: int = PIPELINE) -> ProgramTensor:
        """Adds the place of a value that a node computes."""
        self.reserve(node.outputs[number], part)
        return self.tensor(node.outputs[number], PIPELINE)

    def reserve(self, index: int, part: int = PIPELINE) -> None:
        """Adds a buffer for the storage of a value when it is first used."""
        storage = self._graph.storage(index)
        if storage not in self._places:
            value = self._graph.values[storage]
            is_whole = storage not in self.text_memory and value.type.is_fixed and not _is_text(value)
            self._places[storage] = (
                self.buffer(value.name, self._size(value.type), is_whole=is_whole)
                if value.initial is None
                else self._state(value, part)
            )

    def _state(self, value: Value, part: int) -> BufferPlace:
        """Returns the buffer of a persistent value, and adds it to the program when it is first used."""
        data = b"" if value.initial is None else _little_endian(value.initial)
        initial = self.constant(data, part) if any(data) else None
        return self.buffer(value.name, self._size(value.type), Lifetime.PERSISTENT, initial)

    def tensor(self, index: int, part: int) -> ProgramTensor:
        """Returns a value with its place, and the places of its sizes and texts if it has any."""
        value = self._graph.values[index]
        sizes = None if value.sizes is None else self.place(value.sizes, part)
        points_into = tuple(self.place(each, part) for each in value.points_into)
        return ProgramTensor(self.place(index, part), value.type, value.text_bound, sizes, points_into)

    def place(self, index: int, part: int) -> Place:
        """Returns the place of a value; a constant is added to this part of the program when it is first used."""
        storage, offset = self._graph.place(index)
        if storage not in self._places and self._graph.values[storage].initial is not None:
            self._places[storage] = self._state(self._graph.values[storage], part)
        elif storage not in self._places:
            self._places[storage] = self.constant(_bytes(self._graph, storage), part)
        place = self._places[storage]
        return replace(place, offset=place.offset + offset) if isinstance(place, BufferPlace) else place

    def _size(self, kind: TensorType) -> int:
        """Returns the size of a tensor on the target, in bytes."""
        return kind.count * self._target.limits.text_size if kind.element is ElementType.UTF8 else kind.size

    def buffer(
        self,
        name: str,
        size: int,
        lifetime: Lifetime = Lifetime.RUN,
        initial: ConstantPlace | None = None,
        *,
        is_whole: bool = True,
    ) -> BufferPlace:
        """Adds a buffer and returns its place."""
        self.buffers.append(Buffer(name, size, lifetime, initial, is_whole))
        return BufferPlace(len(self.buffers) - 1)

    def constant(self, data: bytes, part: int) -> ConstantPlace:
        """Returns the place of a constant; equal constants of a part share one."""
        return ConstantPlace(self.constants.setdefault(ConstantData(data, part), len(self.constants)))


@dataclass(frozen=True)
class SharedScratch:
    """Scratch memory that is shared by calls that never overlap, such as those of a chain's stages: one buffer per
    scratch number, as large as the largest need."""

    name: str
    buffers: list[Buffer]
    places: dict[int, BufferPlace] = field(default_factory=dict)

    def place(self, number: int, size: int) -> BufferPlace:
        if number not in self.places:
            self.places[number] = BufferPlace(len(self.buffers))
            self.buffers.append(Buffer(self.name, size))
        index = self.places[number].index
        self.buffers[index] = replace(self.buffers[index], size=max(size, self.buffers[index].size))
        return self.places[number]


@dataclass(frozen=True)
class Spot:
    """The place of a tensor, or of a row of one."""

    place: Place
    row: Row | None = None

    def pointer(self, element: str, *, writes: bool = False) -> Pointer:
        return Pointer(self.place, element, writes, self.row)


def _is_text(value: Value) -> bool:
    return value.type.element is ElementType.UTF8


def _text_memory(graph: Graph) -> frozenset[int]:
    """Returns the values in which blocks compose texts."""
    return frozenset(
        index
        for node in graph.nodes
        if isinstance(node.work, BlockCall)
        for output in node.outputs
        for index in graph.values[output].points_into
        if index in node.outputs
    )


def _bytes(graph: Graph, index: int) -> bytes:
    """Returns the bytes of a constant as they are in memory."""
    data = graph.values[index].data
    if data is None:
        raise ValueError(f"nothing makes {graph.values[index].name}")
    return _little_endian(data)


def _little_endian(data: Array) -> bytes:
    return np.ascontiguousarray(data).astype(data.dtype.newbyteorder("<"), copy=False).tobytes()
