"""The file of decision trees, which the block's page describes: read with everything that the C relies on."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn

from rune.arithmetic import round_f32
from rune.blocks.signature import BlockError
from rune.wording import plain

FORMAT = "decision-trees"
VERSION = 1
MAX_FEATURES = 0xFFFE
MAX_OUTPUTS = 1000
MAX_TREE = 0xFFFF
"""Nodes of one tree."""
MAX_NODES = 1 << 18
"""The greatest number of nodes of all trees together."""
_LARGEST = 1e30
_ROUNDING = 1e-3
"""How far shares of all classes may be from 1: each of the leaves is rounded."""
_CACHE_SIZE = 8
_F32, _BITS = struct.Struct("<f"), struct.Struct("<I")
_SMALLEST_NEGATIVE = 0x80000001


@dataclass(frozen=True)
class SplitNode:
    """A feature up to and including `threshold` leads to the next node, one above it to the node `right`."""

    feature: int
    threshold: float
    right: int


@dataclass(frozen=True)
class TreeLeaf:
    """The addend of an answer: for the tree's output, or one value for each output."""

    values: tuple[float, ...]


@dataclass(frozen=True)
class Tree:
    """The nodes in preorder. Its leaves have one value for `output`, or one for each output where that is None."""

    output: int | None
    nodes: Sequence[SplitNode | TreeLeaf]


@dataclass(frozen=True)
class TreeFile:
    """Trees for so many features and outputs. `base` is what the outputs are before any tree, as f64."""

    features: int
    outputs: int
    base: tuple[float, ...]
    trees: Sequence[Tree]

    @property
    def gives_shares(self) -> bool:
        """Whether the outputs are at least 0 and sum to 1, whichever leaves are reached."""
        if self.outputs == 1 or any(tree.output is not None for tree in self.trees):
            return False
        leaves = [[node.values for node in tree.nodes if isinstance(node, TreeLeaf)] for tree in self.trees]
        if min(self.base) < 0 or any(min(values) < 0 for own in leaves for values in own):
            return False
        sums = [[sum(values) for values in own] for own in leaves]
        least, greatest = (sum(self.base) + sum(map(bound, sums)) for bound in (min, max))
        return abs(least - 1) < _ROUNDING and abs(greatest - 1) < _ROUNDING


@lru_cache(_CACHE_SIZE)
def read_tree_file(text: str) -> TreeFile:
    """Reads a file. Thresholds are rounded down to f32, which changes no answer for f32. Raises `BlockError`."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        _refuse("the trees are not JSON")
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        _refuse(f'the trees are not a JSON object with `"format": "{FORMAT}"`')
    if data.get("version") != VERSION:
        _refuse(f"the trees are of version {plain(str(data.get('version')))}; this block reads version {VERSION}")
    features = _whole(data.get("features"), "features", 1, MAX_FEATURES)
    outputs = _whole(data.get("outputs"), "outputs", 1, MAX_OUTPUTS)
    base = _numbers(data.get("base"), outputs, "base")
    tree_values = data.get("trees")
    if not isinstance(tree_values, list) or not tree_values:
        _refuse("`trees` is not a list of at least one tree")
    trees = []
    nodes = 0
    for number, each in enumerate(tree_values):
        tree = _tree(each, number, features, outputs)
        nodes += len(tree.nodes)
        if nodes > MAX_NODES:
            _refuse(f"the trees have more than {MAX_NODES} nodes; learn fewer trees, or lower ones")
        trees.append(tree)
    return TreeFile(features, outputs, base, tuple(trees))


def _tree(value: Any, number: int, features: int, outputs: int) -> Tree:
    where = f"tree {number}"
    if not isinstance(value, dict) or not isinstance(value.get("nodes"), list):
        _refuse(f"{where} is not an object with a list of `nodes`")
    output = None
    if value.get("output") is not None:
        output = _whole(value["output"], f"the output of {where}", 0, outputs - 1)
    nodes = value["nodes"]
    if not 1 <= len(nodes) <= MAX_TREE:
        _refuse(f"{where} has {len(nodes)} nodes; 1 to {MAX_TREE} are possible")
    width = outputs if output is None else 1
    tree_nodes = [_node(node, f"node {place} of {where}", features, width) for place, node in enumerate(nodes)]
    _check_preorder(tree_nodes, where)
    return Tree(output, tuple(tree_nodes))


def _node(value: Any, where: str, features: int, width: int) -> SplitNode | TreeLeaf:
    match value:
        case [feature, threshold, right]:
            return SplitNode(
                _whole(feature, f"the feature of {where}", 0, features - 1),
                _round_down(_number(threshold, f"the threshold of {where}")),
                _whole(right, f"the right node of {where}", 1, MAX_TREE),
            )
        case [values]:
            numbers = _numbers(values if isinstance(values, list) else [values], width, where)
            return TreeLeaf(tuple(map(round_f32, numbers)))
    message = f"{where} is neither `[feature, threshold, right]` nor a leaf such as `[0.5]`"
    raise BlockError(message, argument="trees")


def _check_preorder(nodes: Sequence[SplitNode | TreeLeaf], where: str) -> None:
    """Every walk ends at a leaf: below a split lie first all nodes of its left side, then those of its right."""
    expected = [0]
    for place, node in enumerate(nodes):
        if not expected or expected.pop() != place:
            _refuse(f"node {place} of {where} is not where the split above it looks for it")
        if isinstance(node, SplitNode):
            if not place + 1 < node.right < len(nodes):
                _refuse(f"node {place} of {where} leads to node {node.right}, which does not follow its left side")
            expected += [node.right, place + 1]
    if expected:
        _refuse(f"{where} ends before its last leaf")


def _round_down(threshold: float) -> float:
    """The largest f32 that is not above a threshold: a feature of f32 is on the same side of both."""
    result = round_f32(threshold)
    if result <= threshold:
        return result
    (bits,) = _BITS.unpack(_F32.pack(result))
    # The number before: nearer to 0 for positive ones, and the smallest negative one before 0.
    before = _SMALLEST_NEGATIVE if result == 0 else bits - 1 if result > 0 else bits + 1
    return float(_F32.unpack(_BITS.pack(before))[0])


def _numbers(values: Any, count: int, where: str) -> tuple[float, ...]:
    if not isinstance(values, list) or len(values) != count:
        _refuse(f"{where} needs {count} {'number' if count == 1 else 'numbers'}, one for each output")
    return tuple(_number(each, where) for each in values)


def _number(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= _LARGEST:
        _refuse(f"{where} has {plain(str(value))}, which is not a number up to {_LARGEST:g}")
    return float(value)


def _whole(value: Any, where: str, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        _refuse(f"{where} is {plain(str(value))}; a whole number from {low} to {high} is possible")
    return value


def _refuse(message: str) -> NoReturn:
    raise BlockError(message, argument="trees")
