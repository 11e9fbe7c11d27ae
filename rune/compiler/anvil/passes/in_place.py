"""Works in place: lets the output of an op replace an input in memory that nothing reads later, if the op reads each
element before it writes it: elementwise ops, and some that work row by row."""

from __future__ import annotations

from dataclasses import replace

from rune.compiler.anvil.computation import Computation, View
from rune.compiler.anvil.graph import Graph, Node, SharedPlaces


def in_place(graph: Graph) -> Graph:
    """Returns the graph with outputs that share the memory of an input."""
    places, changes = SharedPlaces(graph.values), {}
    last = {places.find(index)[0]: number for number, node in enumerate(graph.nodes) for index in node.reads}
    for number, node in enumerate(graph.nodes):
        if not isinstance(node.work, Computation) or isinstance(node.work, View):
            continue
        source = next(
            (
                index
                for place, index in enumerate(node.inputs)
                if last[places.find(index)[0]] == number
                and _fits(graph, places, node, index)
                and node.work.may_replace(place)
            ),
            None,
        )
        if source is None or graph.values[node.outputs[0]].shares is not None:
            continue
        output = node.outputs[0]
        changes[output] = replace(graph.values[output], shares=source)
        places.share(output, source)
        if output in last:  # what was the output's memory is the input's now
            last[places.find(output)[0]] = last.pop(output)
    return graph.with_values(changes) if changes else graph


def _fits(graph: Graph, places: SharedPlaces, node: Node, index: int) -> bool:
    """Returns whether the only output has as many elements of the same type as this input, which is no constant and
    shares no memory with another input."""
    if len(node.outputs) != 1 or graph.values[places.find(index)[0]].data is not None:
        return False
    place = places.find(index)
    for other in node.inputs:
        is_same = places.find(other) == place and graph.values[other].type.size == graph.values[index].type.size
        if places.find(other)[0] == place[0] and not is_same:
            return False
    source, result = graph.values[index].type, graph.values[node.outputs[0]].type
    return (source.element.size, source.count) == (result.element.size, result.count)
