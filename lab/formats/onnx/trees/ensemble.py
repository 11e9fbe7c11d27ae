"""The decision trees of an ONNX operator, read as data, with everything that a walk through them relies on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from lab.formats.onnx.attributes import arguments
from lab.formats.onnx.model import OnnxNode
from lab.formats.onnx.values import refuse
from lab.refusal import Reason, Refused
from rune.blocks.decision_trees.file import MAX_NODES, MAX_OUTPUTS
from rune.wording import plain, quoted

Key = tuple[int, int]
"""A tree, and a node of it."""
_LEAF: Final = "LEAF"
_UP_TO: Final = "BRANCH_LEQ"
_BELOW: Final = "BRANCH_LT"
_MODES: Final = (_UP_TO, _BELOW, "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ", "BRANCH_MEMBER")
"""Comparisons by their number in `TreeEnsemble`."""
_FUNCTIONS: Final = ("NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT")
"""Functions behind the sums by their number in `TreeEnsemble`."""
_AGGREGATES: Final = ("AVERAGE", "SUM", "MIN", "MAX")
"""Ways to put trees together, by their number in `TreeEnsemble`."""
_OLDER: Final[Mapping[str, Any]] = {
    **{f"nodes_{name}": () for name in ("treeids", "nodeids", "featureids", "modes", "values", "truenodeids")},
    **{f"nodes_{name}": () for name in ("falsenodeids", "hitrates", "missing_value_tracks_true")},
    "base_values": (),
    "post_transform": "NONE",
}
"""The attributes of the operators up to version 4."""


_NEWER: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("nodes_splits", "nodes_modes", "leaf_weights", "nodes_hitrates", "membership_values")),
    **dict.fromkeys(("nodes_featureids", "nodes_truenodeids", "nodes_falsenodeids"), ()),
    **dict.fromkeys(("nodes_trueleafs", "nodes_falseleafs", "leaf_targetids", "tree_roots"), ()),
    "nodes_missing_value_tracks_true": (),
    "n_targets": 1,
    "aggregate_function": 1,
    "post_transform": 0,
}
"""The attributes of `TreeEnsemble`."""


@dataclass(frozen=True)
class EnsembleSplit:
    """A feature up to `threshold`, an f32, leads to `low`, and one above it to `high`."""

    feature: int
    threshold: float
    low: Key
    high: Key


@dataclass(frozen=True)
class EnsembleLeaf:
    """The addends of outputs."""

    weights: Mapping[int, float]


@dataclass(frozen=True)
class Ensemble:
    """Trees by the key of each root. `function` is applied to the sums: NONE, LOGISTIC or SOFTMAX."""

    outputs: int
    base: tuple[float, ...]
    roots: Sequence[Key]
    nodes: Mapping[Key, EnsembleSplit | EnsembleLeaf]
    function: str


def read_ensemble(node: OnnxNode) -> Ensemble:
    """The trees of an operator. Raises `Refused` for a question or a sum that the block does not have."""
    match node.op:
        case "TreeEnsemble":
            return _newer(node)
        case "TreeEnsembleRegressor":
            values = arguments(node, **_OLDER, **_targets("target"), n_targets=1, aggregate_function="SUM")
            return _older(node, values, "target", values["n_targets"])
    values = arguments(node, **_OLDER, **_targets("class"), classlabels_strings=(), classlabels_int64s=())
    return _older(node, values, "class", len(values["classlabels_strings"] or values["classlabels_int64s"]))


def _targets(kind: str) -> dict[str, Any]:
    return {f"{kind}_{name}": () for name in ("treeids", "nodeids", "ids", "weights")}


def _older(node: OnnxNode, values: Mapping[str, Any], kind: str, outputs: int) -> Ensemble:
    """The trees of the operators up to version 4: a row for each node, and one for each addend of a leaf."""
    names = ("treeids", "nodeids", "featureids", "modes", "values", "truenodeids", "falsenodeids")
    columns = [values[f"nodes_{name}"] for name in names]
    addends = [values[f"{kind}_{name}"] for name in ("treeids", "nodeids", "ids", "weights")]
    _check_lengths(node, columns, addends)
    _refuse_missing(node, values["nodes_missing_value_tracks_true"])
    weights: dict[Key, dict[int, float]] = {}
    for tree, place, target, weight in zip(*addends, strict=True):
        own = weights.setdefault((tree, place), {})
        own[target] = own.get(target, 0.0) + weight
    nodes: dict[Key, EnsembleSplit | EnsembleLeaf] = {}
    for tree, place, feature, mode, threshold, true, false in zip(*columns, strict=True):
        if (tree, place) in nodes:
            raise _broken(node, f"has the node {place} of tree {tree} twice")
        if mode == _LEAF:
            nodes[tree, place] = EnsembleLeaf(weights.get((tree, place), {}))
        else:
            nodes[tree, place] = _split(node, feature, mode, threshold, (tree, true), (tree, false))
    children = {key for one in nodes.values() if isinstance(one, EnsembleSplit) for key in (one.low, one.high)}
    roots = [key for key in nodes if key not in children]
    if [tree for tree, _ in roots] != list(dict.fromkeys(tree for tree, _ in nodes)):
        raise _broken(node, "has a tree without a first node, or with several")
    aggregate = values["aggregate_function"] if kind == "target" else "SUM"
    base = tuple(map(float, values["base_values"]))
    return _ensemble(node, Ensemble(outputs, base, roots, nodes, values["post_transform"]), aggregate)


def _newer(node: OnnxNode) -> Ensemble:
    """The trees of `TreeEnsemble`: splits and leaves have rows of their own, and a leaf has one addend."""
    values = arguments(node, **_NEWER)
    names = ("featureids", "modes", "splits", "truenodeids", "trueleafs", "falsenodeids", "falseleafs")
    columns = [np.asarray(values[f"nodes_{name}"]).ravel().tolist() for name in names]
    leaves = [np.asarray(values[name]).ravel().tolist() for name in ("leaf_targetids", "leaf_weights")]
    _check_lengths(node, columns, leaves)
    _refuse_missing(node, values["nodes_missing_value_tracks_true"])
    nodes: dict[Key, EnsembleSplit | EnsembleLeaf] = {
        (1, place): EnsembleLeaf({target: weight}) for place, (target, weight) in enumerate(zip(*leaves, strict=True))
    }
    for place, (feature, mode, threshold, true, is_true_leaf, false, is_false_leaf) in enumerate(
        zip(*columns, strict=True)
    ):
        sides = (int(bool(is_true_leaf)), true), (int(bool(is_false_leaf)), false)
        nodes[0, place] = _split(node, feature, _name(_MODES, mode), threshold, *sides)
    roots = [(0, root) for root in values["tree_roots"]]
    function, aggregate = _name(_FUNCTIONS, values["post_transform"]), _name(_AGGREGATES, values["aggregate_function"])
    return _ensemble(node, Ensemble(values["n_targets"], (), roots, nodes, function), aggregate)


def _ensemble(node: OnnxNode, one: Ensemble, aggregate: str) -> Ensemble:
    """The ensemble, with the addends of a mean divided by the number of trees. Raises `Refused`."""
    targets = {target for leaf in one.nodes.values() if isinstance(leaf, EnsembleLeaf) for target in leaf.weights}
    if not 1 <= one.outputs <= MAX_OUTPUTS or not one.roots or not targets <= set(range(one.outputs)):
        raise _broken(node, "has no trees, or leaves of outputs that it does not have")
    if any(root not in one.nodes for root in one.roots):
        raise _broken(node, "begins a tree at a node that does not exist")
    if len(one.base) not in (0, 1, one.outputs):
        raise _broken(node, "has base values of other outputs")
    if one.function not in ("NONE", "LOGISTIC", "SOFTMAX"):
        raise refuse(node, f"ends in {plain(one.function)}, which is not converted.")
    if aggregate not in ("SUM", "AVERAGE"):
        raise refuse(node, f"takes the {plain(aggregate)} of its trees, which the block decision_trees does not.")
    if aggregate == "SUM":
        return one
    nodes = {
        key: EnsembleLeaf({target: weight / len(one.roots) for target, weight in each.weights.items()})
        if isinstance(each, EnsembleLeaf)
        else each
        for key, each in one.nodes.items()
    }
    return Ensemble(one.outputs, one.base, one.roots, nodes, one.function)


def _split(node: OnnxNode, feature: int, mode: str, threshold: float, true: Key, false: Key) -> EnsembleSplit:
    """A question of a tree. Below a number is up to the f32 before it. Raises `Refused`."""
    if mode not in (_UP_TO, _BELOW):
        reason = "which the block decision_trees does not ask"
        raise refuse(node, f"asks {plain(mode)}, {reason}. It asks whether a feature is up to a threshold.")
    if feature < 0 or not np.isfinite(threshold):
        raise _broken(node, "has a question without a feature or a threshold")
    limit = np.float32(threshold)
    return EnsembleSplit(
        feature, float(np.nextafter(limit, np.float32(-np.inf)) if mode == _BELOW else limit), true, false
    )


def _name(names: Sequence[str], number: int) -> str:
    return names[number] if 0 <= number < len(names) else str(number)


def _refuse_missing(node: OnnxNode, values: Sequence[int]) -> None:
    if any(values):
        raise refuse(node, "sends missing values to a side of their own. Learn from data without missing values.")


def _check_lengths(node: OnnxNode, *tables: Sequence[Sequence[Any]]) -> None:
    """Raises `Refused` unless the columns of each table are equally long, and not too long."""
    for columns in tables:
        if len({len(column) for column in columns}) != 1:
            raise _broken(node, "has lists of different lengths")
    if len(tables[0][0]) > MAX_NODES:
        raise Refused(
            Reason.TOO_LARGE,
            f"{plain(node.op)} {quoted(node.name)} has {len(tables[0][0]):,} nodes; at most {MAX_NODES:,} are "
            "converted. Learn fewer trees, or lower ones.",
        )


def _broken(node: OnnxNode, reason: str) -> Refused:
    return Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} {reason}.")
