"""Dead channels: those that can only ever give one number, found by interval arithmetic over the weights.

Channels that are carried from one tensor to the other (by a depthwise convolution, a pooling, a table, an ADD, also to
a constant, or side by side with others by a CONCATENATION) go together: the convolutions that make them have fewer
filters, and those that read them have the constant in their bias. The result is the same for every input; MLPerf's
person detector loses half of its depthwise channels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rune.compiler.anvil.channels import (
    CarriesChannels,
    Integers,
    JoinsChannels,
    MakesChannels,
    Mask,
    Range,
    ReadsChannels,
)
from rune.compiler.anvil.computation import Computation
from rune.compiler.anvil.graph import NUMPY_TYPES, Graph, Node, Value
from rune.compiler.anvil.looks import look_up
from rune.tensor import ElementType

LANES = 8
"""Channels that vectors compute together; fewer cost as much."""

MOST_SWEEPS = 16
"""Over the nodes of a group, there and back; two are enough where values are handed on in the order of the nodes."""

MOST_CHANNELS = 1 << 20
"""Channels of a tensor that are looked at one by one; no model has as many, and a broken file may say anything."""


def dead_channels(graph: Graph) -> Graph:
    """The graph with fewer channels where some are constant and nothing else sees them."""
    return narrowed(graph)[0]


def narrowed(graph: Graph) -> tuple[Graph, Mapping[int, Mask]]:
    """The same, and by value which channels it kept, where it left some out."""
    ranges, kept = channel_ranges(graph), dict[int, Mask]()
    for members in _carried_together(graph):
        look_up()
        found = _without_dead(graph, members, ranges)
        if found is not None:
            graph, keeps = found
            kept |= keeps
    return graph, kept


def channel_ranges(graph: Graph) -> Mapping[int, Range]:
    """What is known of the values that are int8 or int16 and made by nodes, channel by channel; by value."""
    known: dict[int, Range] = {}
    for node in graph.nodes:
        look_up()
        if not isinstance(node.work, Computation) or not all(_is_bounded(graph.values[i]) for i in node.inputs):
            continue
        given = (known.get(index) or _range(graph.values[index]) for index in node.inputs)
        found = node.work.bounds(*given)
        if found is not None and len(node.outputs) == 1 and _has_channels(graph.values[node.outputs[0]]):
            known[node.outputs[0]] = found
    return known


def _has_channels(value: Value) -> bool:
    return value.type.element in _QUANTIZED and _is_bounded(value)


def _is_bounded(value: Value) -> bool:
    """Whether it has channels of numbers, or of indices, and not too many to be looked at."""
    dimensions = value.type.dimensions
    return bool(dimensions) and 0 < dimensions[-1] <= MOST_CHANNELS and value.type.element in (*_QUANTIZED, *_INDICES)


def _range(value: Value) -> Range:
    """What is known of a value that no node bounds: a constant is what it is, and all else any number of its type."""
    channels = _channels(value)
    if value.type.element in _INDICES or value.data is None or value.data.size == 0:
        return Range.of_integers(channels, np.dtype(NUMPY_TYPES[value.type.element]))
    numbers = value.data.reshape(-1, channels).astype(np.int64)
    return Range(numbers.min(axis=0), numbers.max(axis=0))


_QUANTIZED = (ElementType.I8, ElementType.I16)
"""What has channels of numbers; GATHER and its like may be given I16 as indices too."""

_INDICES = (ElementType.I32, ElementType.I64)
"""What GATHER and its like are given beside a tensor."""


def _channels(value: Value) -> int:
    return value.type.dimensions[-1]


def _carried_together(graph: Graph) -> Iterable[tuple[int, ...]]:
    """Groups of values some of whose channels are the same: what a node carries over belongs to what it reads."""
    group = {index: index for node in graph.nodes for index in (*node.inputs, *node.outputs)}

    def first(index: int) -> int:
        while group[index] != index:
            index = group[index]
        return index

    for node in graph.nodes:
        if isinstance(node.work, CarriesChannels) or _joins(node):
            for index in _handed_on(graph, node):
                group[first(index)] = first(node.outputs[0])
    found: dict[int, list[int]] = {}
    for index in group:
        if _has_channels(graph.values[index]):
            found.setdefault(first(index), []).append(index)
    return [tuple(members) for members in found.values()]


def _handed_on(graph: Graph, node: Node) -> tuple[int, ...]:
    """The inputs whose channels are the output's; one of a single channel, that all others meet, is none of them."""
    if _joins(node) or not _has_channels(graph.values[node.outputs[0]]):
        return node.inputs
    channels = _channels(graph.values[node.outputs[0]])
    return tuple(
        index
        for index in node.inputs
        if not _has_channels(graph.values[index]) or channels == 1 or _channels(graph.values[index]) > 1
    )


def _joins(node: Node) -> bool:
    """Whether it puts channels side by side."""
    return isinstance(node.work, JoinsChannels) and node.work.joins_channels


def _without_dead(
    graph: Graph, members: Sequence[int], ranges: Mapping[int, Range]
) -> tuple[Graph, Mapping[int, Mask]] | None:
    """The graph without the dead channels of these values, and those that it keeps of each; None where there are none,
    or something else sees them."""
    if not any(index in ranges and ranges[index].constant.any() for index in members):
        return None
    inside = frozenset(members)
    touching = {
        number: node
        for number, node in enumerate(graph.nodes)
        if inside.intersection(node.inputs) or inside.intersection(node.outputs)
    }
    made = {index for node in touching.values() for index in node.outputs}
    if any(index not in made and graph.values[index].data is None for index in inside):
        return None
    keeps = _live(graph, inside, tuple(touching.values()), ranges)
    if keeps is None or all(keep.all() for keep in keeps.values()):
        return None
    changed = {number: _narrowed(node, keeps, ranges) for number, node in touching.items()}
    works = {number: work for number, work in changed.items() if work is not None}
    if len(works) != len(changed):
        return None
    values = {index: _narrower(graph.values[index], keep) for index, keep in keeps.items()}
    nodes = {number: (replace(graph.nodes[number], work=work),) for number, work in works.items()}
    return graph.with_values(values).with_nodes(nodes), keeps


def _live(
    graph: Graph, inside: frozenset[int], touching: Sequence[Node], ranges: Mapping[int, Range]
) -> Mapping[int, Mask] | None:
    """The channels to keep, by value; None where a node needs them all. Dead ones fill up the vectors."""
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
        found = ranges.get(node.inputs[0])
        if found is None or not isinstance(node.work, ReadsChannels):
            return None
        dead[classes[node.inputs[0]][~(found.constant & node.work.foldable(found.least))]] = False
    for node in makers:
        _fill_up(dead, classes[node.outputs[0]])
    return {index: ~dead[each] for index, each in classes.items()}


def _is_within(graph: Graph, node: Node, inside: frozenset[int]) -> bool:
    """Whether it only hands channels on, those of these values and no others of theirs."""
    if not isinstance(node.work, CarriesChannels) and not _joins(node):
        return False
    return inside.issuperset(node.outputs) and inside.intersection(node.inputs) == set(_handed_on(graph, node))


def _classes(graph: Graph, inside: frozenset[int], within: Sequence[Node]) -> Mapping[int, Integers] | None:
    """For each value a number for each of its channels; those of one number go together. None where channels are handed
    on that are not as many."""
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
        changed = [link.drawn_together(classes) for link in (*links, *reversed(links))]
        if not any(changed):
            return classes
    return None


@dataclass(frozen=True)
class _Link:
    """The channels of `source` are a part of those of `result`."""

    source: int
    result: int
    part: slice

    def drawn_together(self, classes: Mapping[int, Integers]) -> bool:
        """Whether their numbers were others, and are the same now."""
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
    """Keeps some dead channels of a value, so that vectors are full, and there is one."""
    live = ~dead[classes]
    spare = -int(live.sum()) % LANES or (0 if live.any() else LANES)
    dead[classes[np.flatnonzero(~live)[:spare]]] = False


def _narrowed(node: Node, keeps: Mapping[int, Mask], ranges: Mapping[int, Range]) -> Computation | None:
    """What a node computes without the other channels, of its input, its output or both; None where it cannot."""
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
