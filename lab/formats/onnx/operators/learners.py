"""Estimators and preprocessing of scikit-learn, as operators of the domain `ai.onnx.ml`, and why others are refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from lab.formats.onnx.attributes import arguments
from lab.formats.onnx.model import Array, OnnxNode
from lab.formats.onnx.operators.arithmetic import applied, combined, number
from lab.formats.onnx.operators.matrices import layer
from lab.formats.onnx.values import Handler, OnnxValue, Translation, refuse
from lab.refusal import Reason, Refused
from rune.wording import plain, quoted

TREE_OPERATORS: Final = ("TreeEnsemble", "TreeEnsembleClassifier", "TreeEnsembleRegressor")
CLASSIFIERS: Final = ("LinearClassifier", "SVMClassifier", "TreeEnsembleClassifier")
"""Operators whose first output is the label, and whose second one has the scores."""
_SOFTMAX: Final = ("Softmax", {"beta": 1.0})
_SMALLEST: Final = 1e-30
"""Stands for a sum of 0, which leaves a row of zeros as it is."""
_KERNEL: Final = "a support vector machine keeps recordings and compares with each. Learn a LinearSVC, or trees"
_TREES: Final = (
    "decision trees are no layers of a .tflite file. They become a file of the block decision_trees: name an output "
    "that ends with .trees.json"
)
_CATEGORIES: Final = "it reads categories, and a rune reads numbers of sensors. Learn from numeric columns"
_MISSING: Final = "a rune has no missing values. Leave this step out of the pipeline"
REASONS: Final[Mapping[str, str]] = {
    **dict.fromkeys(TREE_OPERATORS, _TREES),
    **dict.fromkeys(("SVMClassifier", "SVMRegressor"), _KERNEL),
    **dict.fromkeys(
        ("CategoryMapper", "DictVectorizer", "LabelEncoder", "OneHotEncoder", "StringNormalizer"), _CATEGORIES
    ),
    "Imputer": _MISSING,
}
"""The reason why an operator of estimators has no translation, with what to do instead."""


def _scaler(translation: Translation, node: OnnxNode) -> None:
    """(x - offset) * scale, in the order in which onnxruntime computes it."""
    attributes = arguments(node, offset=(), scale=())
    value, name = translation.value(node, 0), node.outputs[0]
    offset, scale = (_row(node, attributes[key], value.shape[-1]) for key in ("offset", "scale"))
    offsets, factors = (
        OnnxValue(f"{name}/{key}", one.shape, one) for key, one in (("offset", offset), ("scale", scale))
    )
    centred = combined(translation, node, "SUB", value, offsets, f"{name}/centred")
    translation.give(node, combined(translation, node, "MUL", centred, factors, name))


def _row(node: OnnxNode, numbers: tuple[float, ...], size: int) -> Array:
    """Numbers of an attribute: one, or one for each feature. Raises `Refused`."""
    if len(numbers) not in (1, size):
        raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} has numbers for another input.")
    return np.array(numbers, np.float32)


def _linear_regressor(translation: Translation, node: OnnxNode) -> None:
    attributes = arguments(node, coefficients=(), intercepts=(), targets=1, post_transform="NONE")
    if attributes["post_transform"] != "NONE":
        raise refuse(node, f"ends in {plain(attributes['post_transform'])}, which is not converted.")
    _give_scores(translation, node, attributes, attributes["targets"], 0)


def _linear_classifier(translation: Translation, node: OnnxNode) -> None:
    """The scores of the classes, each from 0 to 1 where the classifier says so. The label is no result."""
    attributes = arguments(
        node,
        without_effect=("classlabels_ints", "classlabels_strings", "multi_class"),
        coefficients=(),
        intercepts=(),
        post_transform="NONE",
    )
    labels = node.attributes.get("classlabels_strings") or node.attributes.get("classlabels_ints")
    if not isinstance(labels, tuple):
        raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} names no classes.")
    function = attributes["post_transform"]
    if function not in ("NONE", "LOGISTIC", "SOFTMAX"):
        raise refuse(node, f"ends in {plain(function)}, which is not converted.")
    if len(labels) == 2 and len(attributes["intercepts"]) == 1:
        raise refuse(node, "has one score for two classes. Export it with skl2onnx, which writes both.")
    _give_scores(translation, node, attributes, len(labels), 1, function)


def _give_scores(
    translation: Translation,
    node: OnnxNode,
    attributes: Mapping[str, Any],
    count: int,
    place: int,
    function: str = "NONE",
) -> None:
    """Notes what a dense layer gives, with a row of coefficients for each score. Raises `Refused`."""
    value, name = translation.value(node, 0), node.outputs[place]
    if len(value.shape) != 2 or len(attributes["coefficients"]) != count * value.shape[1]:
        raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} has coefficients for another input.")
    intercepts = attributes["intercepts"] or (0.0,) * count
    if len(intercepts) != count:
        raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} has intercepts for other scores.")
    weights = np.array(attributes["coefficients"], np.float32).reshape(count, -1).T
    shape = (value.shape[0], count)
    scores = name if function == "NONE" else f"{name}/scores"
    tensor = layer(translation, translation.plain(value), weights, np.array(intercepts, np.float32), scores)
    if function == "LOGISTIC":
        tensor = translation.builder.add("LOGISTIC", [tensor], shape, name)
    elif function == "SOFTMAX":
        tensor = translation.builder.add("SOFTMAX", [tensor], shape, name, _SOFTMAX)
    translation.give_tensor(node, tensor, shape, place=place)


def _normalizer(translation: Translation, node: OnnxNode) -> None:
    """Each row divided by the sum of its magnitudes, or by its length. Shares of a softmax are so already."""
    norm = arguments(node, norm="MAX")["norm"]
    value, name = translation.value(node, 0), node.outputs[0]
    if norm not in ("L1", "L2"):
        reason = "divides by the largest number of a row (MAX), for which onnxruntime and scikit-learn differ"
        raise refuse(node, f"{reason}. Learn with norm='l1' or norm='l2'.")
    if norm == "L1" and _is_softmax(translation, value):
        translation.values[name] = value
        return
    if norm == "L2":
        options = ("L2Norm", {"fusedActivationFunction": 0})
        translation.give(node, applied(translation, "L2_NORMALIZATION", value, name, options))
        return
    total = _sums(translation, applied(translation, "ABS", value, f"{name}/magnitudes"), f"{name}/sum")
    divisor = combined(translation, node, "MAXIMUM", total, number(_SMALLEST), f"{name}/divisor")
    translation.give(node, combined(translation, node, "DIV", value, divisor, name))


def _is_softmax(translation: Translation, value: OnnxValue) -> bool:
    operators = translation.builder.operators
    return any(one.op == "SOFTMAX" and one.outputs == [value.tensor] for one in operators[-1:])


def _sums(translation: Translation, value: OnnxValue, name: str) -> OnnxValue:
    """The sum of each row."""
    shape = (*value.shape[:-1], 1)
    inputs = [translation.plain(value), translation.numbers([len(shape) - 1])]
    tensor = translation.builder.add("SUM", inputs, shape, name, ("Reducer", {"keepDims": True}))
    return OnnxValue(name, shape, tensor=tensor)


def _columns(translation: Translation, node: OnnxNode) -> None:
    """Translates an operator that reads some columns of each row, at constant places."""
    arguments(node)
    value, places = translation.value(node, 0), translation.constant(node, 1).ravel()
    size = value.shape[-1] if value.shape else 0
    if not places.size or places.min() < 0 or places.max() >= size:
        raise Refused(Reason.BROKEN, f"{plain(node.op)} {quoted(node.name)} reads columns that do not exist.")
    shape, axis = (*value.shape[:-1], places.size), len(value.shape) - 1
    inputs = [translation.plain(value), translation.numbers([int(one) for one in places])]
    options = ("Gather", {"axis": axis, "batchDims": 0})
    kind = translation.builder.kind_of(inputs[0])
    tensor = translation.builder.add("GATHER", inputs, shape, node.outputs[0], options, kind)
    translation.give_tensor(node, tensor, shape)


OPERATORS: Mapping[str, Handler] = {
    "ArrayFeatureExtractor": _columns,
    "LinearClassifier": _linear_classifier,
    "LinearRegressor": _linear_regressor,
    "Normalizer": _normalizer,
    "Scaler": _scaler,
}
