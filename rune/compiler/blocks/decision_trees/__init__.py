"""The block `decision_trees`: a random forest or boosted trees that were learned. The C is in decision_trees.h."""

from __future__ import annotations

import struct
from itertools import chain
from pathlib import Path

from rune.compiler.blocks.decision_trees.file import TreeFile, TreeLeaf, read_tree_file
from rune.compiler.blocks.refusals import FLOATS, only_input
from rune.compiler.blocks.signature import (
    Argument,
    ArgumentKind,
    Arguments,
    Block,
    BlockCode,
    BlockError,
    BlockOutput,
    Category,
    text,
)
from rune.tensor import ElementType, TensorType

_IS_LEAF = 0xFFFF
"""In place of a feature's number (`RUNE_TREE_LEAF` in decision_trees.h)."""


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    type_ = only_input("decision_trees", inputs, FLOATS, "features")
    read = read_tree_file(text(arguments, "trees"))
    if type_.count != read.features:
        message = f"the trees were learned from {read.features} features, and {type_} has {type_.count}"
        raise BlockError(message, input_index=0)
    return (BlockOutput(TensorType(ElementType.F32, (read.outputs,))),)


def _code(_inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    read = read_tree_file(text(arguments, "trees"))
    nodes, trees, values = _tables(read)
    base = struct.pack(f"<{read.outputs}d", *read.base)
    return BlockCode(
        "rune_decision_trees",
        constants=(nodes, trees, values, base),
        numbers=(len(read.trees), read.outputs),
        scratch_size=8 * read.outputs,
    )


def _tables(read: TreeFile) -> tuple[bytes, bytes, bytes]:
    """The nodes, the trees and the values as decision_trees.h reads them. Equal leaves share their values."""
    nodes: list[bytes] = []
    trees: list[bytes] = []
    places: dict[tuple[float, ...], int] = {}
    values: list[float] = []
    for tree in read.trees:
        first, width = (0, read.outputs) if tree.output is None else (tree.output, 1)
        trees.append(struct.pack("<IHH", len(nodes), first, width))
        for number, node in enumerate(tree.nodes):
            if isinstance(node, TreeLeaf):
                place = places.setdefault(node.values, len(values))
                if place == len(values):
                    values += node.values
                nodes.append(struct.pack("<HHI", _IS_LEAF, 0, place))
            else:
                nodes.append(struct.pack("<HHf", node.feature, node.right - number, node.threshold))
    return b"".join(nodes), b"".join(trees), struct.pack(f"<{len(values)}f", *chain(values))


BLOCK = Block(
    name="decision_trees",
    summary="Gives the sum of what learned decision trees answer: a random forest, or boosted trees.",
    header=Path(__file__).parent / "decision_trees.h",
    arguments=(Argument("trees", ArgumentKind.TEXT, "The file of the trees, as JSON: a `$RESOURCE` with its path."),),
    outputs=_outputs,
    code=_code,
    category=Category.SCORES,
)
