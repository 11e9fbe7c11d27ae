"""A pipeline with its models as one graph of typed values and nodes, independent of any target.

`reading` builds it, `passes` rewrite it, `select` chooses a target's kernels for it. Nodes are in the order of
execution. A value is identified by its index; a value that no node uses is not part of the graph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from rune.abi import ModelFormat
from rune.blocks.signature import BlockCode, Header
from rune.compiler.anvil.computation import Array, Computation
from rune.compiler.anvil.figures import GraphFigures
from rune.compiler.anvil.program import CapabilityRequest, OutputRequest
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
"""The NumPy type of each element type; a utf8 element has no bytes of its own."""


@dataclass(frozen=True, eq=False)
class Value:
    """A tensor. `data` is the contents of a constant; `name` is for people."""

    name: str
    type: TensorType
    quantization: Quantization | None = None
    data: Array | None = None
    text_bound: int = 0
    """The maximum size of one element as a JSON string, in bytes; only for utf8."""
    initial: Array | None = None
    """The initial contents of a value that persists between runs. Its memory is not shared: only ops that copy or
    overwrite it use it."""
    shares: int | None = None
    """The value whose memory it shares: it is a view of that value, or replaces it."""
    offset: int = 0
    """The offset in that value, in bytes."""
    sizes: int | None = None
    """The value with the sizes that are known only at run time, an i32 for each such axis. `type` has the maximum."""
    points_into: tuple[int, ...] = ()
    """The values whose bytes the texts of a utf8 value can point into. Those own their bytes."""


@dataclass(frozen=True)
class Capture:
    """The host fills the output from a capability."""

    request: CapabilityRequest


@dataclass(frozen=True)
class BlockCall:
    """A call of a proc-block's function. `element` computes one element of an elementwise block.

    The node's inputs and outputs are the pointers of the call, in order. `tensors` are the block's inputs by their
    position there, without sizes.
    """

    header: Header
    code: BlockCode
    element: Callable[[float], float] | None = None
    tensors: tuple[int, ...] = ()


@dataclass(frozen=True)
class HostInference:
    """The host runs a model: `data`, or its own resource `resource`, of up to `capacity` bytes."""

    format: ModelFormat
    input_types: tuple[TensorType, ...]
    """The types of the inputs."""
    data: bytes | None
    resource: str | None
    capacity: int | None


@dataclass(frozen=True)
class Send:
    """Sends the inputs to the host."""

    request: OutputRequest


@dataclass(frozen=True)
class CounterCall:
    """A call of a function that counts: it finds the bin of a feature, or adds an answer to the `counters`, of 32 bits
    each, which persist. Nothing else reads or writes them. `constants` are C types and bytes."""

    header: Header
    function: str
    constants: tuple[tuple[str, bytes], ...]
    numbers: tuple[int, ...]
    counters: int = 0


@dataclass(frozen=True)
class StageEnd:
    """Tells the host that a stage has ended; an empty name marks the start of the first stage."""

    stage: str


Work = Computation | BlockCall | HostInference | Capture | Send | CounterCall | StageEnd


@dataclass(frozen=True, eq=False)
class Node:
    """A step of the graph. `inputs` and `outputs` are indices of values; `name` is for people, and starts with its
    stage's name."""

    name: str
    stage: str
    work: Work
    inputs: tuple[int, ...] = ()
    outputs: tuple[int, ...] = ()
    keeps: tuple[int, ...] = ()
    """Values that must stay in memory besides its inputs: sizes, and what texts point into."""

    @property
    def reads(self) -> tuple[int, ...]:
        """All values that must be in memory when it runs."""
        return (*self.inputs, *self.keeps)


@dataclass(frozen=True)
class CompiledModel:
    """The stage and the file of a model that is part of the graph, and the layers of the source model by the names of
    its nodes, in characters that may stand in C."""

    stage: str
    file: str
    layers: Mapping[str, str] = field(default_factory=dict)


class SharedPlaces:
    """Finds the storage of values. Results are cached, so long chains of shared values are walked once."""

    def __init__(self, values: Sequence[Value]) -> None:
        self._shares = [(value.shares, value.offset) for value in values]

    def find(self, index: int) -> tuple[int, int]:
        """Returns the value that owns the memory of this one, and the offset in it."""
        way = []
        while (parent := self._shares[index][0]) is not None:
            way.append(index)
            index = parent
        offset = 0
        for each in reversed(way):
            offset += self._shares[each][1]
            self._shares[each] = (index, offset)
        return index, offset

    def share(self, index: int, source: int) -> None:
        """Makes a value share the memory of another."""
        self._shares[index] = (source, 0)


@dataclass(frozen=True, eq=False)
class Graph:
    """A graph. `models` are the compiled models, in the order of their stages."""

    values: tuple[Value, ...]
    nodes: tuple[Node, ...]
    models: tuple[CompiledModel, ...] = ()

    def makers(self) -> Mapping[int, int]:
        """The number of the node that computes each value. Constants have none."""
        return {index: number for number, node in enumerate(self.nodes) for index in node.outputs}

    def readers(self) -> Mapping[int, tuple[int, ...]]:
        """The numbers of the nodes that read each value, without duplicates, in order."""
        readers: dict[int, list[int]] = {}
        for number, node in enumerate(self.nodes):
            for index in dict.fromkeys(node.reads):
                readers.setdefault(index, []).append(number)
        return {index: tuple(numbers) for index, numbers in readers.items()}

    def storage(self, index: int) -> int:
        """Returns the value that owns the memory of this one: itself, if it shares nothing."""
        return self.place(index)[0]

    def place(self, index: int) -> tuple[int, int]:
        """Returns the value that owns the memory of this one, and the offset in it, in bytes."""
        return self._places.find(index)

    @cached_property
    def _places(self) -> SharedPlaces:
        return SharedPlaces(self.values)

    def used_values(self) -> Iterator[int]:
        """The values that nodes use, without duplicates, in order."""
        yield from dict.fromkeys(index for node in self.nodes for index in (*node.reads, *node.outputs))

    def with_values(self, changes: Mapping[int, Value]) -> Graph:
        """Returns the graph with other values at these indices."""
        return replace(self, values=tuple(changes.get(index, value) for index, value in enumerate(self.values)))

    def with_nodes(self, changes: Mapping[int, Sequence[Node]]) -> Graph:
        """Returns the graph with nodes replaced; an empty list removes one."""
        nodes = (changes.get(number, (node,)) for number, node in enumerate(self.nodes))
        return replace(self, nodes=tuple(node for some in nodes for node in some))


def figures(graph: Graph) -> GraphFigures:
    """Returns the figures of the graph."""
    computations = [node.work for node in graph.nodes if isinstance(node.work, Computation)]
    storages = dict.fromkeys(graph.storage(index) for index in graph.used_values())
    values = [graph.values[index] for index in storages]
    return GraphFigures(
        nodes=len(graph.nodes),
        multiply_accumulates=sum(each.multiply_accumulates for each in computations),
        constants=sum(each.constant_bytes for each in computations)
        + sum(value.data.nbytes for value in values if value.data is not None),
        tensors=sum(value.type.size for value in values if value.data is None)
        + sum(each.window_bytes for each in computations),
    )
