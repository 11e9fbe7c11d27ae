"""Dead channels: removes channels that always hold the same number, found by interval arithmetic over the weights.

Channels that pass from one tensor to another (through a depthwise convolution, a pooling, a table, an ADD, also of a
constant, or a CONCATENATION) form a group: the convolutions that write them lose filters, and those that read them have
the constant folded into their bias. The result is the same for every input; MLPerf's person detector loses half of its
depthwise channels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rune.compiler.anvil.channels import ChannelRange, Integers, Mask
from rune.compiler.anvil.computation import CarriesChannels, Computation, JoinsChannels, MakesChannels, ReadsChannels
from rune.compiler.anvil.graph import NUMPY_TYPES, Graph, Node, Value
from rune.compiler.anvil.limit_checks import check_limits
from rune.tensor import ElementType

LANES = 8
"""The number of channels that a vector computes together; fewer cost as much."""

MOST_SWEEPS = 16
"""The maximum number of walks over the nodes of a group, in both directions; two are enough if values pass in the order
of the nodes."""

MOST_CHANNELS = 1 << 20
"""The maximum number of channels of a tensor; no model has as many, but a broken file can declare any number."""


def dead_channels(graph: Graph) -> Graph:
    """Returns the graph without constant channels that nothing else reads."""
    return narrowed(graph)[0]


def narrowed(graph: Graph) -> tuple[Graph, Mapping[int, Mask]]:
    """Returns the graph, and the remaining channels of each value that lost some."""
    ranges, masks = channel_ranges(graph), dict[int, Mask]()
    for members in _carried_together(graph):
        check_limits()
        narrower = _without_dead(graph, members, ranges)
        if narrower is not None:
            graph, keeps = narrower
            masks |= keeps
    return graph, masks


def channel_ranges(graph: Graph) -> Mapping[int, ChannelRange]:
    """Returns the ranges of the channels of int8 and int16 values that nodes compute."""
    ranges: dict[int, ChannelRange] = {}
    for node in graph.nodes:
        check_limits()
        if not isinstance(node.work, Computation) or not all(_is_bounded(graph.values[i]) for i in node.inputs):
            continue
        input_ranges = (ranges.get(index) or _range(graph.values[index]) for index in node.inputs)
        bounds = node.work.bounds(*input_ranges)
        if bounds is not None and len(node.outputs) == 1 and _has_channels(graph.values[node.outputs[0]]):
            ranges[node.outputs[0]] = bounds
    return ranges


def _has_channels(value: Value) -> bool:
    return value.type.element in _QUANTIZED_ELEMENTS and _is_bounded(value)


def _is_bounded(value: Value) -> bool:
    """Returns whether a value has channels of numbers, or of indices, and not too many."""
    dimensions = value.type.dimensions
    return (
        bool(dimensions)
        and 0 < dimensions[-1] <= MOST_CHANNELS
        and value.type.element in (*_QUANTIZED_ELEMENTS, *_INDICES)
    )


def _range(value: Value) -> ChannelRange:
    """Returns the range of a value that no node bounds: a constant's own numbers, or any number of its type."""
    channels = _channels(value)
    if value.type.element in _INDICES or value.data is None or value.data.size == 0:
        return ChannelRange.of_integers(channels, np.dtype(NUMPY_TYPES[value.type.element]))
    numbers = value.data.reshape(-1, channels).astype(np.int64)
    return ChannelRange(numbers.min(axis=0), numbers.max(axis=0))


_QUANTIZED_ELEMENTS = (ElementType.I8, ElementType.I16)
"""Types of tensors with channels of numbers; I16 can also be indices of GATHER."""

_INDICES = (ElementType.I32, ElementType.I64)
"""Types of the indices of GATHER and similar ops."""


def _channels(value: Value) -> int:
    return value.type.dimensions[-1]


def _carried_together(graph: Graph) -> Iterable[tuple[int, ...]]:
    """Returns groups of values that share channels through nodes."""
    group = {index: index for node in graph.nodes for index in (*node.inputs, *node.outputs)}

    def first(index: int) -> int:
        while group[index] != index:
            index = group[index]
        return index

    for node in graph.nodes:
        if isinstance(node.work, CarriesChannels) or _joins(node):
            for index in _handed_on(graph, node):
                group[first(index)] = first(node.outputs[0])
    groups: dict[int, list[int]] = {}
    for index in group:
        if _has_channels(graph.values[index]):
            groups.setdefault(first(index), []).append(index)
    return [tuple(members) for members in groups.values()]


def _handed_on(graph: Graph, node: Node) -> tuple[int, ...]:
    """Returns the inputs with the same channels as the output, without those that have a single channel."""
    if _joins(node) or not _has_channels(graph.values[node.outputs[0]]):
        return node.inputs
    channels = _channels(graph.values[node.outputs[0]])
    return tuple(
        index
        for index in node.inputs
        if not _has_channels(graph.values[index]) or channels == 1 or _channels(graph.values[index]) > 1
    )


def _joins(node: Node) -> bool:
    """Returns whether it concatenates channels."""
    return isinstance(node.work, JoinsChannels) and node.work.joins_channels


def _without_dead(
    graph: Graph, members: Sequence[int], ranges: Mapping[int, ChannelRange]
) -> tuple[Graph, Mapping[int, Mask]] | None:
    """Returns the graph without the dead channels of these values, and the remaining channels of each; None if there
    are none, or if something else reads them."""
    if not any(index in ranges and ranges[index].constant.any() for index in members):
        return None
    inside = frozenset(members)
    touching = {
        number: node
        for number, node in enumerate(graph.nodes)
        if inside.intersection(node.inputs) or inside.intersection(node.outputs)
    }
    produced_values = {index for node in touching.values() for index in node.outputs}
    if any(index not in produced_values and graph.values[index].data is None for index in inside):
        return None
    keeps = _live(graph, inside, tuple(touching.values()), ranges)
    if keeps is None or all(keep.all() for keep in keeps.values()):
        return None
    narrowed_computations = {number: _narrowed(node, keeps, ranges) for number, node in touching.items()}
    works = {number: work for number, work in narrowed_computations.items() if work is not None}
    if len(works) != len(narrowed_computations):
        return None
    values = {index: _narrower(graph.values[index], keep) for index, keep in keeps.items()}
    nodes = {number: (replace(graph.nodes[number], work=work),) for number, work in works.items()}
    return graph.with_values(values).with_nodes(nodes), keeps


def _live(
    graph: Graph, inside: frozenset[int], touching: Sequence[Node], ranges: Mapping[int, ChannelRange]
) -> Mapping[int, Mask] | None:
    """Returns the channels to keep of each value; None if a node needs them all. Dead ones are kept to fill vectors."""
    within, others = list[Node](), list[Node]()
    for node in touching:
        (within if _is_within(graph, node, inside) else others).append(node)
    readers = [node for node in others if not inside.isdisjoint(node.inputs)]
    makers = [node for node in others if not inside.isdisjoint(node.outputs)]
    if not all(isinstance(node.work, MakesChannels) for node in makers):
        return None
    if not all(isinstance(node.work, ReadsChannels) and inside.isdisjoint(node.inputs[1:]) for node in readers):
        return None
    classes = _classes(graph, inside, within)
    if classes is None:
        return None
    dead: Mask = np.zeros(sum(map(len, classes.values())), np.bool_)
    for node in readers:
        dead[classes[node.inputs[0]]] = True
    for node in readers:
        bounds = ranges.get(node.inputs[0])
        if bounds is None or not isinstance(node.work, ReadsChannels):
            return None
        dead[classes[node.inputs[0]][~(bounds.constant & node.work.foldable(bounds.least))]] = False
    for node in makers:
        _fill_up(dead, classes[node.outputs[0]])
    return {index: ~dead[each] for index, each in classes.items()}


def _is_within(graph: Graph, node: Node, inside: frozenset[int]) -> bool:
    """Returns whether a node only passes channels of these values to others of them."""
    if not isinstance(node.work, CarriesChannels) and not _joins(node):
        return False
    return inside.issuperset(node.outputs) and inside.intersection(node.inputs) == set(_handed_on(graph, node))


def _classes(graph: Graph, inside: frozenset[int], within: Sequence[Node]) -> Mapping[int, Integers] | None:
    """Returns a class number for each channel of each value; channels of one class are kept or removed together. None
    if passed channels differ in number."""
    classes: dict[int, Integers] = {}
    first = 0
    for index in sorted(inside):
        count = _channels(graph.values[index])
        classes[index] = np.arange(first, first + count)
        first += count
    links = [link for node in within for link in _links(graph, node, classes)]
    if any(len(classes[link.source]) != len(classes[link.result][link.part]) for link in links):
        return None
    for _ in range(MOST_SWEEPS):
        changes = [link.drawn_together(classes) for link in (*links, *reversed(links))]
        if not any(changes):
            return classes
    return None


@dataclass(frozen=True)
class _Link:
    """Unites the channels of `source` with a part of those of `result`."""

    source: int
    result: int
    part: slice

    def drawn_together(self, classes: Mapping[int, Integers]) -> bool:
        """Unites two classes. Returns whether they differed."""
        one, other = classes[self.source], classes[self.result][self.part]
        least = np.minimum(one, other)
        is_other = not (np.array_equal(one, least) and np.array_equal(other, least))
        one[:], other[:] = least, least
        return is_other


def _links(graph: Graph, node: Node, classes: Mapping[int, Integers]) -> Iterator[_Link]:
    offset = 0
    for index in _handed_on(graph, node):
        count = len(classes[index])
        yield _Link(index, node.outputs[0], slice(offset, offset + count) if _joins(node) else slice(None))
        offset += count


def _fill_up(dead: Mask, classes: Integers) -> None:
    """Keeps enough dead channels of a value to fill vectors, and at least one channel."""
    live = ~dead[classes]
    missing = -int(live.sum()) % LANES or (0 if live.any() else LANES)
    dead[classes[np.flatnonzero(~live)[:missing]]] = False


def _narrowed(node: Node, keeps: Mapping[int, Mask], ranges: Mapping[int, ChannelRange]) -> Computation | None:
    """Returns the computation of a node with only the remaining channels of its input, its output or both; None if it
    is not possible."""
    work: object = node.work
    if isinstance(work, CarriesChannels):
        return work.carrying(keeps[node.outputs[0]])
    if isinstance(work, JoinsChannels):
        return work.joining([keeps[index] for index in node.inputs])
    if node.inputs[0] in keeps and isinstance(work, ReadsChannels):
        work = work.reading(keeps[node.inputs[0]], ranges[node.inputs[0]].least)
    if node.outputs[0] in keeps and isinstance(work, MakesChannels):
        work = work.making(keeps[node.outputs[0]])
    return work if isinstance(work, Computation) else None


def _narrower(value: Value, keep: Mask) -> Value:
    dimensions = (*value.type.dimensions[:-1], int(keep.sum()))
    data = None if value.data is None else value.data.reshape(value.type.dimensions)[..., keep]
    return replace(value, type=replace(value.type, dimensions=dimensions), data=data)
