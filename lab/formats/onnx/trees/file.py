"""Trees of ONNX as the file of the block, with the outputs that onnxruntime makes of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from lab.estimators.trees import tree_file
from lab.formats.onnx.model import OnnxNode
from lab.formats.onnx.trees.ensemble import Ensemble, EnsembleLeaf, EnsembleSplit, Key
from lab.formats.onnx.trees.features import FeatureSteps
from lab.formats.onnx.values import refuse
from lab.refusal import Reason, Refused
from rune.wording import plain, quoted

_ROUNDING: Final = 1e-6
"""How far a share may be below 0: addends are rounded to f32."""


@dataclass(frozen=True)
class TreeText:
    """The text of a file, how many outputs its trees have, and whether softmax makes shares of them."""

    text: str
    outputs: int
    is_scored: bool


def tree_text(node: OnnxNode, ensemble: Ensemble, steps: FeatureSteps, features: int) -> TreeText:
    """The file of an operator's trees. Raises `Refused`."""
    whole = ensemble
    if node.op == "TreeEnsembleClassifier" and ensemble.outputs == 2 and len(_targets(ensemble)) == 1:
        whole = _with_both_classes(node, ensemble)
    elif whole.function == "LOGISTIC":
        raise refuse(node, "makes a share of each score by itself (LOGISTIC), which is converted for two classes only.")
    if len(whole.base) not in (0, whole.outputs):
        raise refuse(node, "has one base value for several outputs, which is not converted.")
    trees = [_tree(node, whole, root, steps, features) for root in whole.roots]
    if sum(len(tree["nodes"]) for tree in trees) != len(whole.nodes):
        raise _broken(node, "has nodes that no tree leads to")
    text = tree_file(features, whole.base or (0.0,) * whole.outputs, trees)
    return TreeText(text, whole.outputs, whole.function == "SOFTMAX")


def _targets(ensemble: Ensemble) -> set[int]:
    return {target for one in ensemble.nodes.values() if isinstance(one, EnsembleLeaf) for target in one.weights}


def _with_both_classes(node: OnnxNode, one: Ensemble) -> Ensemble:
    """Two classes of which the file has the second: its share, whose rest is the share of the first, or its score."""
    base = sum(one.base)
    if len(one.base) > 1:
        raise refuse(node, "has base values of two classes and leaves of one, which is not converted.")
    scores = {key: sum(each.weights.values()) for key, each in one.nodes.items() if isinstance(each, EnsembleLeaf)}
    if one.function == "LOGISTIC":
        leaves = {key: EnsembleLeaf({1: score}) for key, score in scores.items()}
        return replace(one, base=(0.0, base), nodes={**one.nodes, **leaves}, function="SOFTMAX")
    if one.function != "NONE":
        raise refuse(node, f"has one score for two classes and ends in {plain(one.function)}, which is not converted.")
    if min(scores.values()) < 0:
        leaves = {key: EnsembleLeaf({0: -score, 1: score}) for key, score in scores.items()}
        return replace(one, base=(-base, base), nodes={**one.nodes, **leaves})
    share = 1 / len(one.roots)
    is_mean = not base and max(scores.values()) <= share + _ROUNDING
    leaves = {
        key: EnsembleLeaf({0: max(share - score, 0.0) if is_mean else -score, 1: score})
        for key, score in scores.items()
    }
    return replace(one, base=(0.0, 0.0) if is_mean else (1 - base, base), nodes={**one.nodes, **leaves})


def _tree(node: OnnxNode, one: Ensemble, root: Key, steps: FeatureSteps, features: int) -> Mapping[str, Any]:
    """A tree as the file has it: with one output of its own, or with a value for each output."""
    keys = list(_preorder(node, one, root))
    places = {key: place for place, key in enumerate(keys)}
    targets = {target for key in keys if isinstance(leaf := one.nodes[key], EnsembleLeaf) for target in leaf.weights}
    own = min(targets, default=0) if len(targets) < 2 and one.outputs > 1 else None

    def row(key: Key) -> Sequence[Any]:
        each = one.nodes[key]
        if isinstance(each, EnsembleSplit):
            if each.feature >= features:
                raise _broken(node, f"asks for the feature {each.feature} of {features}")
            return [each.feature, steps.threshold(each.feature, each.threshold), places[each.high]]
        if own is not None:
            return [each.weights.get(own, 0.0)]
        return [[each.weights.get(output, 0.0) for output in range(one.outputs)]]

    rows = [row(key) for key in keys]
    return {"nodes": rows} if own is None else {"output": own, "nodes": rows}


def _preorder(node: OnnxNode, one: Ensemble, root: Key) -> Iterator[Key]:
    """The nodes of a tree, each followed by its low side and then its high one. Raises `Refused` for a circle."""
    waiting, visited = [root], set()
    while waiting:
        key = waiting.pop()
        if key in visited or key not in one.nodes:
            raise _broken(node, "has a tree that meets a node twice, or leads to one that does not exist")
        visited.add(key)
        yield key
        each = one.nodes[key]
        if isinstance(each, EnsembleSplit):
            waiting += [each.high, each.low]


def _broken(node: OnnxNode, reason: str) -> Refused:
    return Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} {reason}.")
