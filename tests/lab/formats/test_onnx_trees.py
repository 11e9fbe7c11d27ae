"""Decision trees of ONNX: what is refused, thresholds behind scalers, and the operator of version 5."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from lab.formats.onnx.model import Attribute, OnnxModel, OnnxNode
from lab.formats.onnx.trees.converting import converted_trees
from lab.refusal import Reason, Refused
from tests.support.compiler.block_references.learned import decision_trees
from tests.support.models.onnx_files import X, model
from tests.support.models.onnx_trees import NEWER, STUMP, learner, regressor

FALLING: dict[str, Attribute] = {"offset": (0.0,), "scale": (-1.0,)}


def answer(one: OnnxModel, *row: Any) -> list[float]:
    text, *_ = converted_trees(one)
    return list(decision_trees({"trees": text.text}, [np.array(row, np.float32)])[0])


def test_a_threshold_belongs_to_the_lower_side() -> None:
    stump = model(regressor())
    assert answer(stump, 0, 0.5, 0, 0) == [-1]
    assert answer(stump, 0, np.nextafter(np.float32(0.5), np.float32(1)), 0, 0) == [3]


def test_below_a_number_is_up_to_the_one_before_it() -> None:
    stump = model(regressor({"nodes_modes": ("BRANCH_LT", "LEAF", "LEAF")}))
    assert answer(stump, 0, np.nextafter(np.float32(0.5), np.float32(0)), 0, 0) == [-1]
    assert answer(stump, 0, 0.5, 0, 0) == [3]


def test_a_mean_of_trees_divides_their_leaves() -> None:
    twice: dict[str, Any] = {name: (*value, *value) for name, value in STUMP.items() if isinstance(value, tuple)}
    places: dict[str, Any] = {"nodes_treeids": (0, 0, 0, 1, 1, 1), "target_treeids": (0, 0, 1, 1)}
    mean: dict[str, Any] = {"aggregate_function": "AVERAGE", "base_values": (10.0,)}
    assert answer(model(regressor({**twice, **places, **mean})), 0, 0, 0, 0) == [9]


@pytest.mark.parametrize(
    ("row", "expected"), [((0, 0.5, 0, 0), [1, 0]), ((0, 0.6, 0, 0), [0, 2]), ((0, 0, 0.25, 0), [0, 4])]
)
def test_the_operator_of_version_5(row: tuple[float, ...], expected: list[float]) -> None:
    assert answer(model(learner("TreeEnsemble", NEWER)), *row) == expected


@pytest.mark.parametrize(("offset", "scale"), [(39.013893, 0.052769642), (-0.1, 1e-3), (0.3, 977.1)])
def test_a_scaler_moves_each_threshold_to_the_last_feature_below_it(offset: float, scale: float) -> None:
    scaler = learner("Scaler", {"offset": (offset,), "scale": (scale,)}, "x", "scaled")
    text, *_ = converted_trees(model(scaler, regressor(source="scaled")))
    _, threshold, _ = json.loads(text.text)["trees"][0]["nodes"][0]
    last = np.float32(threshold)
    above = np.nextafter(last, np.float32(np.inf))
    scaled = [(one - np.float32(offset)) * np.float32(scale) for one in (last, above)]
    assert float(last) == threshold
    assert scaled[0] <= np.float32(0.5) < scaled[1]


def test_bounds_in_front_of_trees_leave_a_side_empty() -> None:
    clip = OnnxNode("Clip", "the Clip", ("x", "low", "high"), ("bound",), {})
    low, high = np.array(0.75, np.float32), np.array(1, np.float32)
    assert answer(model(clip, regressor(source="bound"), low=low, high=high), 0, -5, 0, 0) == [3]


@pytest.mark.parametrize(
    ("changes", "reason", "message"),
    [
        ({"nodes_modes": ("BRANCH_GTE", "LEAF", "LEAF")}, Reason.NOT_CONVERTED, "asks BRANCH_GTE"),
        ({"nodes_missing_value_tracks_true": (1, 0, 0)}, Reason.NOT_CONVERTED, "missing values"),
        ({"aggregate_function": "MIN"}, Reason.NOT_CONVERTED, "takes the MIN"),
        ({"post_transform": "PROBIT"}, Reason.NOT_CONVERTED, "ends in PROBIT"),
        ({"post_transform": "LOGISTIC"}, Reason.NOT_CONVERTED, "LOGISTIC"),
        ({"nodes_truenodeids": (0, 0, 0)}, Reason.BROKEN, "that no tree leads to"),
        ({"nodes_truenodeids": (2, 0, 0)}, Reason.BROKEN, "a first node, or with several"),
        ({"nodes_truenodeids": (7, 0, 0)}, Reason.BROKEN, "a first node"),
        ({"nodes_nodeids": (0, 1, 1)}, Reason.BROKEN, "the node 1 of tree 0 twice"),
        ({"nodes_featureids": (4, 0, 0)}, Reason.BROKEN, "the feature 4 of 4"),
        ({"nodes_values": (float("nan"), 0.0, 0.0)}, Reason.BROKEN, "a threshold"),
        ({"nodes_values": (0.5,)}, Reason.BROKEN, "different lengths"),
        ({"target_ids": (0, 1)}, Reason.BROKEN, "outputs that it does not have"),
        ({"target_ids": (0, -1)}, Reason.BROKEN, "outputs that it does not have"),
        ({"base_values": (1.0, 2.0)}, Reason.BROKEN, "base values"),
        ({"target_weights": (float("inf"), 0.0)}, Reason.NOT_CONVERTED, "does not take the trees"),
        ({"n_targets": 1 << 40}, Reason.BROKEN, "outputs that it does not have"),
        ({"nodes_modes": (0, 1, 2)}, Reason.BROKEN, "do not fit"),
        ({"made_up": 1}, Reason.UNKNOWN_LAYER, "made_up"),
    ],
)
def test_other_questions_and_broken_trees_are_refused(
    changes: dict[str, Attribute], reason: Reason, message: str
) -> None:
    with pytest.raises(Refused, match=message) as error:
        converted_trees(model(regressor(changes)))
    assert error.value.reason is reason


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"nodes_falsenodeids": (7, 1)}, "does not exist"),
        ({"tree_roots": (5,)}, "begins a tree at a node"),
        ({"tree_roots": ()}, "has no trees"),
        ({"nodes_truenodeids": (0, 0)}, "a node twice"),
        ({"nodes_modes": np.array([6, 0], np.uint8)}, "asks BRANCH_MEMBER"),
        ({"post_transform": 4}, "ends in PROBIT"),
        ({"aggregate_function": 3}, "takes the MAX"),
    ],
)
def test_broken_trees_of_version_5_are_refused(changes: dict[str, Attribute], message: str) -> None:
    with pytest.raises(Refused, match=message):
        converted_trees(model(learner("TreeEnsemble", {**NEWER, **changes})))


@pytest.mark.parametrize(
    ("one", "message"),
    [
        (model(learner("Normalizer", {"norm": "L2"}, "x", "unit"), regressor(source="unit")), "only scalers"),
        (model(learner("Scaler", FALLING, "x", "less"), regressor(source="less")), "its order changes"),
        (model(regressor(), OnnxNode("Relu", "the Relu", ("y",), ("z",), {})), "behind decision trees"),
        (model(regressor(), inputs=[type(X)("x", (1, 4), "int64")]), "FloatTensorType"),
        (model(learner("LinearRegressor", {"coefficients": (1.0,) * 4})), "no decision trees"),
    ],
)
def test_what_is_around_trees_is_refused(one: OnnxModel, message: str) -> None:
    with pytest.raises(Refused, match=message):
        converted_trees(one)
