"""Dead channels: those that can only ever give one number, found by interval arithmetic over the weights.

Tensors whose channels are carried from one to the other (by a depthwise convolution, a pooling, an ADD, a table) lose
the same channels together: the convolutions that make them have fewer filters, and those that read them have the
constant in their bias. The result is the same for every input; MLPerf's person detector loses half of its depthwise
channels.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from rune.anvil.channels import CarriesChannels, MakesChannels, Mask, Range, ReadsChannels
from rune.anvil.computation import Computation
from rune.anvil.graph import NUMPY_TYPES, Graph, Node, Value
from rune.anvil.looks import look_up
from rune.tensor import ElementType

LANES = 8
"""Channels that vectors compute together; fewer cost as much."""

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
            graph, keep = found
            kept |= dict.fromkeys(members, keep)
    return graph, kept


def channel_ranges(graph: Graph) -> Mapping[int, Range]:
    """What is known of the values that are int8 and made by nodes, channel by channel; by value."""
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
    return value.type.element is ElementType.I8 and _is_bounded(value)


def _is_bounded(value: Value) -> bool:
    """Whether it has channels of int8, or of indices, and not too many to be looked at."""
    dimensions = value.type.dimensions
    return bool(dimensions) and dimensions[-1] <= MOST_CHANNELS and value.type.element in (ElementType.I8, *_INDICES)


def _range(value: Value) -> Range:
    """What is known of a value that no node bounds: a constant is what it is, and all else any number of its type."""
    channels = _channels(value)
    if value.type.element in _INDICES:
        limits = np.iinfo(NUMPY_TYPES[value.type.element])
        return Range(np.full(channels, limits.min, np.int64), np.full(channels, limits.max, np.int64))
    if value.data is None or value.data.size == 0:
        return Range.of_bytes(channels)
    numbers = value.data.reshape(-1, channels).astype(np.int64)
    return Range(numbers.min(axis=0), numbers.max(axis=0))


_INDICES = (ElementType.I16, ElementType.I32, ElementType.I64)
"""What GATHER and its like are given beside a tensor."""


def _channels(value: Value) -> int:
    return value.type.dimensions[-1]


def _carried_together(graph: Graph) -> Iterable[tuple[int, ...]]:
    """Groups of values that have the same channels: what a node carries over belongs to what it reads."""
    group = {index: index for node in graph.nodes for index in (*node.inputs, *node.outputs)}

    def first(index: int) -> int:
        while group[index] != index:
            index = group[index]
        return index

    for node in graph.nodes:
        if isinstance(node.work, CarriesChannels):
            for index in node.inputs:
                group[first(index)] = first(node.outputs[0])
    found: dict[int, list[int]] = {}
    for index in group:
        if _has_channels(graph.values[index]):
            found.setdefault(first(index), []).append(index)
    return [tuple(members) for members in found.values()]


def _without_dead(graph: Graph, members: Sequence[int], ranges: Mapping[int, Range]) -> tuple[Graph, Mask] | None:
    """The graph without the dead channels of these values, and those that it keeps; None where there are none, or
    something else sees them."""
    inside = frozenset(members)
    touching = {
        number: node
        for number, node in enumerate(graph.nodes)
        if inside.intersection(node.inputs) or inside.intersection(node.outputs)
    }
    made = {index for node in touching.values() for index in node.outputs}
    if not inside <= made or len({_channels(graph.values[index]) for index in members}) != 1:
        return None
    keep = _live(inside, touching.values(), ranges)
    if keep is None or keep.all():
        return None
    changed = {number: _narrowed(node, inside, keep, ranges) for number, node in touching.items()}
    works = {number: work for number, work in changed.items() if work is not None}
    if len(works) != len(changed):
        return None
    values = {index: _narrower(graph.values[index], int(keep.sum())) for index in members}
    nodes = {number: (replace(graph.nodes[number], work=work),) for number, work in works.items()}
    return graph.with_values(values).with_nodes(nodes), keep


def _live(inside: frozenset[int], touching: Iterable[Node], ranges: Mapping[int, Range]) -> Mask | None:
    """The channels to keep; None where a node needs them all. Dead ones fill up the vectors."""
    dead: Mask | None = None
    for node in touching:
        if isinstance(node.work, CarriesChannels) and inside.issuperset((*node.inputs, *node.outputs)):
            continue
        if inside.intersection(node.outputs) and not isinstance(node.work, MakesChannels):
            return None
        if not inside.intersection(node.inputs):
            continue
        found = ranges.get(node.inputs[0])
        if not isinstance(node.work, ReadsChannels) or found is None:
            return None
        here = found.constant & node.work.foldable(found.least)
        dead = here if dead is None else dead & here
    if dead is None:
        return None
    live = ~dead
    spare = -int(live.sum()) % LANES or (0 if live.any() else LANES)
    live[np.flatnonzero(dead)[:spare]] = True
    return live


def _narrowed(node: Node, inside: frozenset[int], keep: Mask, ranges: Mapping[int, Range]) -> Computation | None:
    """What a node computes without the other channels, of its input, its output or both; None where it cannot."""
    work: object = node.work
    if isinstance(work, CarriesChannels):
        return work.carrying(keep)
    if inside.intersection(node.inputs) and isinstance(work, ReadsChannels):
        work = work.reading(keep, ranges[node.inputs[0]].least)
    if inside.intersection(node.outputs) and isinstance(work, MakesChannels):
        work = work.making(keep)
    return work if isinstance(work, Computation) else None


def _narrower(value: Value, channels: int) -> Value:
    dimensions = (*value.type.dimensions[:-1], channels)
    return replace(value, type=replace(value.type, dimensions=dimensions))
