"""Trees of scikit-learn as the file that the block `decision_trees` reads. Nothing of scikit-learn is imported here."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from rune.blocks.decision_trees.file import FORMAT, VERSION

_NO_CHILD = -1


def forest_file(estimator: Any, trees_used: int | None = None) -> str:
    """A fitted `RandomForestClassifier` or `RandomForestRegressor`, or its first trees: outputs are shares of classes,
    or the number.

    Each leaf is divided by the number of trees, so that their sum is the mean.
    """
    trees = [each.tree_ for each in estimator.estimators_[:trees_used]]
    is_classifier = hasattr(estimator, "classes_")

    def leaf(tree: Any, node: int) -> list[Any]:
        values = tree.value[node][0]
        total = values.sum() * len(trees) if is_classifier else len(trees)
        return [[float(each / total) for each in values]]

    outputs = len(estimator.classes_) if is_classifier else 1
    nodes_of_trees = [{"nodes": list(_preorder(tree, leaf))} for tree in trees]
    return tree_file(estimator.n_features_in_, [0.0] * outputs, nodes_of_trees)


def boosting_file(estimator: Any, rounds_used: int | None = None) -> str:
    """A fitted `GradientBoostingClassifier` or `GradientBoostingRegressor`, or its first rounds.

    Outputs are scores, of which `softmax` makes shares of classes, or the number. Of two classes the first output is 0.
    """
    rounds = estimator.estimators_[:rounds_used]
    rate = estimator.learning_rate
    is_binary = hasattr(estimator, "classes_") and len(estimator.classes_) == 2

    def leaf(tree: Any, node: int) -> list[Any]:
        return [float(rate * tree.value[node][0][0])]

    nodes_of_trees = [
        {"output": place + is_binary, "nodes": list(_preorder(each.tree_, leaf))}
        for row in rounds
        for place, each in enumerate(row)
    ]
    start = [float(each) for each in _initial_scores(estimator)]
    return tree_file(estimator.n_features_in_, [0.0, *start] if is_binary else start, nodes_of_trees)


def _initial_scores(estimator: Any) -> Any:
    """Returns the initial scores of boosting, which do not depend on the features."""
    import numpy as np

    return estimator._raw_predict_init(np.zeros((1, estimator.n_features_in_), np.float32))[0]


def _preorder(tree: Any, leaf: Callable[[Any, int], list[Any]]) -> Iterator[list[Any]]:
    """The nodes of a tree, each followed by its left side and then its right one."""
    sizes = _sizes(tree)
    waiting = [(0, 0)]
    while waiting:
        node, place = waiting.pop()
        left, right = int(tree.children_left[node]), int(tree.children_right[node])
        if left == _NO_CHILD:
            yield leaf(tree, node)
            continue
        beyond = place + 1 + sizes[left]
        yield [int(tree.feature[node]), float(tree.threshold[node]), beyond]
        waiting += [(right, beyond), (left, place + 1)]


def _sizes(tree: Any) -> list[int]:
    """Returns how many nodes each node has below and with itself. Children have higher numbers than their parent."""
    sizes = [1] * tree.node_count
    for node in range(tree.node_count - 1, -1, -1):
        if tree.children_left[node] != _NO_CHILD:
            sizes[node] += sizes[tree.children_left[node]] + sizes[tree.children_right[node]]
    return sizes


def tree_file(features: int, base: Sequence[float], trees: Sequence[Mapping[str, Any]]) -> str:
    """The text of a file with these trees, whose `base` is what each output is before any of them."""
    head = {"format": FORMAT, "version": VERSION, "features": int(features), "outputs": len(base), "base": list(base)}
    rows = ",\n".join("  " + json.dumps(tree, separators=(",", ":")) for tree in trees)
    return f'{json.dumps(head)[:-1]}, "trees": [\n{rows}\n]}}\n'
