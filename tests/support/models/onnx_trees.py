"""Decision trees as operators of ONNX: small ones that tests change."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lab.formats.onnx.model import LEARNERS_DOMAIN, Attribute, OnnxNode

STUMP: dict[str, Attribute] = {
    "nodes_treeids": (0, 0, 0),
    "nodes_nodeids": (0, 1, 2),
    "nodes_featureids": (1, 0, 0),
    "nodes_modes": ("BRANCH_LEQ", "LEAF", "LEAF"),
    "nodes_values": (0.5, 0.0, 0.0),
    "nodes_truenodeids": (1, 0, 0),
    "nodes_falsenodeids": (2, 0, 0),
    "target_treeids": (0, 0),
    "target_nodeids": (1, 2),
    "target_ids": (0, 0),
    "target_weights": (-1.0, 3.0),
}
"""A tree with a single split: whether the second feature is at most a half."""
NEWER: dict[str, Attribute] = {
    "tree_roots": (0,),
    "nodes_featureids": (2, 1),
    "nodes_modes": np.array([1, 0], np.uint8),
    "nodes_splits": np.array([0.25, 0.5], np.float32),
    "nodes_truenodeids": (1, 0),
    "nodes_trueleafs": (0, 1),
    "nodes_falsenodeids": (2, 1),
    "nodes_falseleafs": (1, 1),
    "leaf_targetids": (0, 1, 1),
    "leaf_weights": np.array([1, 2, 4], np.float32),
    "n_targets": 2,
}
"""Below a quarter of the third feature follows the question for the second one; leaves have one output each."""


def learner(op: str, attributes: Mapping[str, Attribute], source: str = "x", result: str = "y") -> OnnxNode:
    return OnnxNode(op, f"the {op}", (source,), (result,), attributes, LEARNERS_DOMAIN)


def regressor(changes: Mapping[str, Attribute] | None = None, source: str = "x") -> OnnxNode:
    return learner("TreeEnsembleRegressor", {**STUMP, **(changes or {})}, source)
