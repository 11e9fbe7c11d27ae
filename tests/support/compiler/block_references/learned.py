"""References of the blocks whose parameters were learned before: trees and mixtures of Gaussians."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tests.support.compiler.block_references.case import F32, F64, Arguments, Array, BlockCase, Reference, case, noise


def decision_trees(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    file = json.loads(arguments["trees"])
    x = inputs[0].reshape(-1).astype(F64)
    sums = np.array(file["base"], F64)
    for tree in file["trees"]:
        values = _leaf(tree["nodes"], 0, x)
        if "output" in tree:
            sums[tree["output"]] += F64(F32(values))
        else:
            sums += np.array(values, F32).astype(F64)
    return [sums.astype(F32)]


def _leaf(nodes: Sequence[Any], place: int, x: Array) -> Any:
    node = nodes[place]
    if len(node) == 1:
        return node[0]
    feature, threshold, right = node
    return _leaf(nodes, place + 1 if x[feature] <= threshold else right, x)


def gaussian_mixture(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    x = inputs[0].astype(F64).reshape(-1)
    means, deviations, weights = (
        np.array([float(word) for word in arguments[name].replace(",", " ").split()])
        for name in ("means", "deviations", "weights")
    )
    means, deviations = means.reshape(-1, x.size), deviations.reshape(-1, x.size)
    weights = weights if weights.size else np.ones(len(means))
    inverse = (1 / deviations).astype(F32).astype(F64)
    heights = np.log(weights) - np.log(weights.sum()) - x.size / 2 * np.log(2 * np.pi) - np.log(deviations).sum(axis=1)
    logarithms = heights - (((x - means.astype(F32)) * inverse) ** 2).sum(axis=1) / 2
    likeliest = int(np.argmax(logarithms))
    greatest = logarithms[likeliest]
    score = -(greatest + np.log(np.exp(logarithms - greatest).sum())) if np.isfinite(greatest) else -greatest
    return [np.array([score], F32), np.array([likeliest], np.uint32)]


REFERENCES: Mapping[str, Reference] = {"decision_trees": decision_trees, "gaussian_mixture": gaussian_mixture}

_FOREST = {
    "format": "decision-trees",
    "version": 1,
    "features": 2,
    "outputs": 3,
    "base": [0, 0, 0],
    "trees": [
        {"nodes": [[0, 0.5, 4], [1, -0.25, 3], [[0.5, 0, 0]], [[0.25, 0.25, 0]], [[0, 0, 0.5]]]},
        {"nodes": [[1, 0, 2], [[0, 0.5, 0]], [[0.5, 0, 0]]]},
    ],
}
_SUM_OF_TREES = {
    "format": "decision-trees",
    "version": 1,
    "features": 2,
    "outputs": 2,
    "base": [0, 0.1],
    "trees": [
        {"output": 1, "nodes": [[0, 0.1, 2], [-1.3], [0.7]]},
        {"output": 1, "nodes": [[1, 1e30, 2], [0.2], [5]]},
    ],
}
_MIXTURE = {"means": "0 0, 2 -1", "deviations": "1 0.5, 0.25 2", "weights": "3, 1"}


def _trees(name: str, file: Mapping[str, Any], *values: float) -> BlockCase:
    return case("decision_trees", name, np.array(values, F32), trees=json.dumps(file))


CASES: Sequence[BlockCase] = (
    _trees("a forest, on the left", _FOREST, 0.5, -0.25),
    _trees("a forest, one bit above a threshold", _FOREST, float(np.nextafter(F32(0.5), F32(1))), 3),
    _trees("a forest, between", _FOREST, 0.2, 0.1),
    _trees("boosted trees", _SUM_OF_TREES, 0.05, 7),
    # The f32 nearest to 0.1 is above 0.1.
    _trees("boosted trees, above a threshold that no f32 is", _SUM_OF_TREES, float(F32(0.1)), 7),
    _trees("a NaN and an infinity are above all thresholds", _SUM_OF_TREES, np.nan, np.inf),
    case("gaussian_mixture", "near the first", noise(88, 2), **_MIXTURE),
    case("gaussian_mixture", "near the second", np.array([[2.1, -2]], F32), **_MIXTURE),
    case(
        "gaussian_mixture",
        "far from both, with equal weights",
        np.array([40, -900], F32),
        **{**_MIXTURE, "weights": ""},
    ),
    case(
        "gaussian_mixture",
        "a share too small for a number",
        np.array([0, 0.5], F32),
        **{**_MIXTURE, "weights": "1e-300, 1e30"},
    ),
    case("gaussian_mixture", "too far for a number", np.array([3e38, 3e38], F32), means="0 0", deviations="1e-15 1"),
    case("gaussian_mixture", "a NaN in one component", np.array([np.nan, 0], F32), means="0 0", deviations="1 1"),
)
