"""Paddings: turns a PAD of an image into padding of the convolutions that read it. If nothing else reads the padded
image, it is never computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rune.compiler.anvil.computation import ReadsPadding
from rune.compiler.anvil.graph import Graph, Node
from rune.compiler.anvil.ops.reshaping.rearrangement import Rearrangement
from rune.compiler.anvil.passes.dead_ops import dead_ops


def paddings(graph: Graph) -> Graph:
    """Returns the graph whose convolutions read images without their PAD."""
    makers = graph.makers()
    changes: dict[int, Sequence[Node]] = {}
    for number, node in enumerate(graph.nodes):
        if not isinstance(node.work, ReadsPadding):
            continue
        maker = graph.nodes[makers[node.inputs[0]]] if node.inputs[0] in makers else None
        if maker is None or not isinstance(maker.work, Rearrangement):
            continue
        frame = maker.work.frame
        work = None if frame is None else node.work.with_frame(frame, maker.work.padding)
        if work is not None:
            changes[number] = (replace(node, work=work, inputs=maker.inputs),)
    return dead_ops(graph.with_nodes(changes)) if changes else graph
