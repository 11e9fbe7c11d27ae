"""A pipeline with its models as one graph: typed values and the nodes that make them, free of any target.

`reading` makes it, `passes` rewrite it, `select` chooses a target's kernels for it. Nodes stand in the order in which
they run, and a value is known by its index; what no node names is no part of the graph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from rune.abi import ModelFormat
from rune.compiler.anvil.computation import Array, Computation
from rune.compiler.anvil.figures import Figures
from rune.compiler.anvil.program import CapabilityRequest, OutputRequest
from rune.compiler.blocks.signature import BlockCode, Header
from rune.model.tflite import Quantization
from rune.tensor import ElementType, TensorType

NUMPY_TYPES = {
    ElementType.U8: "u1",
    ElementType.I8: "i1",
    ElementType.U16: "<u2",
    ElementType.I16: "<i2",
    ElementType.U32: "<u4",
    ElementType.I32: "<i4",
    ElementType.U64: "<u8",
    ElementType.I64: "<i8",
    ElementType.F32: "<f4",
    ElementType.F64: "<f8",
}
"""What NumPy calls the elements of a tensor; a utf8 element has no bytes of its own."""


@dataclass(frozen=True, eq=False)
class Value:
    """A tensor. `data` is a constant's; `name` is for people."""

    name: str
    type: TensorType
    quantization: Quantization | None = None
    data: Array | None = None
    text_bound: int = 0
    """utf8 only: the most bytes of one element as a JSON string."""
    initial: Array | None = None
    """What it holds when the rune starts. Such a value is kept from one run to the next, and its memory is no other's:
    only ops that copy it or write it anew read it."""
    shares: int | None = None
    """The value whose bytes it is or is a part of: it is a view of that, or takes its place."""
    offset: int = 0
    """Bytes from the start of that value to its own."""
    sizes: int | None = None
    """Where each run decides sizes: the value that holds them, i32 for each such axis. `type` has the capacity."""
    points_into: tuple[int, ...] = ()
    """utf8 only: the values whose bytes its texts may be slices of. They are no slices of another's themselves."""


@dataclass(frozen=True)
class Capture:
    """The host fills the output."""

    request: CapabilityRequest


@dataclass(frozen=True)
class BlockCall:
    """A proc-block's function. `element` is what an elementwise block makes of one element.

    The node's inputs and outputs are what it is given pointers to, in their order. `tensors` are the block's inputs by
    their number there, without what stands between them: sizes.
    """

    header: Header
    code: BlockCode
    element: Callable[[float], float] | None = None
    tensors: tuple[int, ...] = ()


@dataclass(frozen=True)
class HostInference:
    """The host runs a model: `data`, or what it has itself as `resource`, of up to `capacity` bytes."""

    format: ModelFormat
    input_types: tuple[TensorType, ...]
    """What it is told of the inputs."""
    data: bytes | None
    resource: str | None
    capacity: int | None


@dataclass(frozen=True)
class Send:
    """The host is given the inputs."""

    request: OutputRequest


@dataclass(frozen=True)
class StageEnd:
    """The host is told that a stage has ended; an empty name says that the first of them begins."""

    stage: str


Work = Computation | BlockCall | HostInference | Capture | Send | StageEnd


@dataclass(frozen=True, eq=False)
class Node:
    """A step. `inputs` and `outputs` are indices of values; `name` is for people, and begins with its stage's."""

    name: str
    stage: str
    work: Work
    inputs: tuple[int, ...] = ()
    outputs: tuple[int, ...] = ()
    keeps: tuple[int, ...] = ()
    """What it needs beside its inputs: their sizes, and what their texts are slices of."""

    @property
    def reads(self) -> tuple[int, ...]:
        """All values that must hold their bytes when it runs."""
        return (*self.inputs, *self.keeps)


@dataclass(frozen=True)
class CompiledModel:
    """The stage and the file of a model whose ops are in the graph."""

    stage: str
    file: str


class SharedPlaces:
    """Where the bytes of values are in the end. What was found once is remembered, so that thousands of ops in one
    memory are no long way to go."""

    def __init__(self, values: Sequence[Value]) -> None:
        self._shares = [(value.shares, value.offset) for value in values]

    def find(self, index: int) -> tuple[int, int]:
        """The value whose bytes this one is in the end, or is a part of, and how far behind its start it begins."""
        way = []
        while (shared := self._shares[index][0]) is not None:
            way.append(index)
            index = shared
        offset = 0
        for each in reversed(way):
            offset += self._shares[each][1]
            self._shares[each] = (index, offset)
        return index, offset

    def share(self, index: int, source: int) -> None:
        """A value that shared nothing has the bytes of another from now on."""
        self._shares[index] = (source, 0)


@dataclass(frozen=True, eq=False)
class Graph:
    """`models` are those that are compiled, in the order of their stages."""

    values: tuple[Value, ...]
    nodes: tuple[Node, ...]
    models: tuple[CompiledModel, ...] = ()

    def makers(self) -> Mapping[int, int]:
        """By value, the number of the node that makes it. Constants have none."""
        return {index: number for number, node in enumerate(self.nodes) for index in node.outputs}

    def readers(self) -> Mapping[int, tuple[int, ...]]:
        """By value, the numbers of the nodes that read it, each once, in order."""
        found: dict[int, list[int]] = {}
        for number, node in enumerate(self.nodes):
            for index in dict.fromkeys(node.reads):
                found.setdefault(index, []).append(number)
        return {index: tuple(numbers) for index, numbers in found.items()}

    def storage(self, index: int) -> int:
        """The value whose bytes this one is in the end, or is a part of: itself, where it shares nothing."""
        return self.place(index)[0]

    def place(self, index: int) -> tuple[int, int]:
        """The same, and how many bytes behind its start this value begins."""
        return self._places.find(index)

    @cached_property
    def _places(self) -> SharedPlaces:
        return SharedPlaces(self.values)

    def named(self) -> Iterator[int]:
        """The values that a node names, each once, in order."""
        yield from dict.fromkeys(index for node in self.nodes for index in (*node.reads, *node.outputs))

    def with_values(self, changes: Mapping[int, Value]) -> Graph:
        """The same with other values at these indices."""
        return replace(self, values=tuple(changes.get(index, value) for index, value in enumerate(self.values)))

    def with_nodes(self, changes: Mapping[int, Sequence[Node]]) -> Graph:
        """The same with other nodes, or none, in the places of these numbers."""
        nodes = (changes.get(number, (node,)) for number, node in enumerate(self.nodes))
        return replace(self, nodes=tuple(node for some in nodes for node in some))


def figures(graph: Graph) -> Figures:
    """Counts of all that the graph names."""
    computations = [node.work for node in graph.nodes if isinstance(node.work, Computation)]
    storages = dict.fromkeys(graph.storage(index) for index in graph.named())
    values = [graph.values[index] for index in storages]
    return Figures(
        nodes=len(graph.nodes),
        multiply_accumulates=sum(each.multiply_accumulates for each in computations),
        constants=sum(each.constant_bytes for each in computations)
        + sum(value.data.nbytes for value in values if value.data is not None),
        tensors=sum(value.type.size for value in values if value.data is None)
        + sum(each.window_bytes for each in computations),
    )
