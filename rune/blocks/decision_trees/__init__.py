"""The block `decision_trees`: a random forest or boosted trees that were learned. The C is in decision_trees.h."""

from __future__ import annotations

import struct
from itertools import chain
from pathlib import Path

from rune.blocks.decision_trees.file import TreeFile, TreeLeaf, read_tree_file
from rune.blocks.meaning import By, Effect, InputFacts
from rune.blocks.refusals import FLOATS, only_input
from rune.blocks.signature import (
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
"""The number of a leaf in place of a feature's (`RUNE_TREE_LEAF` in decision_trees.h)."""


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    type_ = only_input("decision_trees", inputs, FLOATS, "features")
    tree_file = read_tree_file(text(arguments, "trees"))
    if type_.count != tree_file.features:
        message = f"the trees were learned from {tree_file.features} features, and {type_} has {type_.count}"
        raise BlockError(message, input_index=0)
    return (BlockOutput(TensorType(ElementType.F32, (tree_file.outputs,))),)


def _code(_inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    tree_file = read_tree_file(text(arguments, "trees"))
    nodes, trees, values = _tables(tree_file)
    base = struct.pack(f"<{tree_file.outputs}d", *tree_file.base)
    return BlockCode(
        "rune_decision_trees",
        constants=(nodes, trees, values, base),
        numbers=(len(tree_file.trees), tree_file.outputs),
        scratch_size=8 * tree_file.outputs,
    )


def _gives_shares(facts: InputFacts) -> bool | None:
    """Returns whether the outputs are shares of classes, whatever comes in: a random forest is known by its leaves."""
    trees = facts.arguments["trees"]
    return (isinstance(trees, str) and read_tree_file(trees).gives_shares) or None


def _tables(tree_file: TreeFile) -> tuple[bytes, bytes, bytes]:
    """The nodes, the trees and the values as decision_trees.h reads them. Equal leaves share their values."""
    nodes: list[bytes] = []
    trees: list[bytes] = []
    places: dict[tuple[float, ...], int] = {}
    values: list[float] = []
    for tree in tree_file.trees:
        first, width = (0, tree_file.outputs) if tree.output is None else (tree.output, 1)
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
    effects=(Effect(is_probability=By(_gives_shares)),),
    category=Category.SCORES,
)
