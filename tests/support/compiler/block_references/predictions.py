"""References of the blocks that judge predictions, and of those that learn while a rune runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from tests.support.compiler.block_references.case import (
    F32,
    F64,
    Arguments,
    Array,
    BlockCase,
    Fails,
    Reference,
    case,
    noise,
    whole,
)


def _one(number: float) -> Array:
    return np.array([number], F64)


def argmax(_arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    scores = np.nan_to_num(inputs[0].reshape(-1), nan=-1.0)
    return [np.array([scores.argmax() if scores.max() > 0 else 0], np.uint32)]


def prediction_errors(_arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    apart = inputs[0].reshape(-1) - inputs[1].reshape(-1)
    # cumsum adds from the first to the last; sum does not.
    return [_one(np.cumsum(each)[-1] / apart.size) for each in (np.abs(apart), apart * apart)]


def f1_score(_arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    truth, predicted = (each.reshape(-1) for each in inputs)
    if np.unique(predicted.view(np.uint64)).size != 2:
        precision = recall = F64(np.count_nonzero(truth == predicted)) / truth.size
    else:
        right = F64(np.count_nonzero((predicted == 1) & (truth == 1)))
        precision = right / np.count_nonzero(predicted == 1)
        recall = right / (right + np.count_nonzero((predicted != 1) & (predicted != truth)))
    return [_one(2 * (precision * recall) / (precision + recall)), _one(precision), _one(recall)]


def _ratio(above: int, below: int) -> Array:
    return _one(above / below if below else 0.0)


def _of_class(truth: Array, predicted: Array, positive: int) -> list[Array]:
    """F1 as the share of twice those that are right, which is the harmonic mean."""
    right = int(np.count_nonzero((predicted == positive) & (truth == positive)))
    positives, there = int(np.count_nonzero(predicted == positive)), int(np.count_nonzero(truth == positive))
    return [_ratio(2 * right, positives + there), _ratio(right, positives), _ratio(right, there)]


def precision_recall(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    truth, predicted = (each.reshape(-1) for each in inputs)
    return _of_class(truth, predicted, arguments["positive"])


def metric(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    truth, predicted = (each.reshape(-1) for each in inputs)
    for place, each in enumerate(truth):
        if each not in (0.0, 1.0):
            raise Fails(f"metric: the truth is neither 0 nor 1 at element {place}")
    ones, zeros = predicted[truth == 1], predicted[truth == 0]
    above = np.count_nonzero(ones[:, None] > zeros) + np.count_nonzero(ones[:, None] == zeros) / 2
    around = truth - np.cumsum(truth)[-1] / truth.size
    apart = truth - predicted
    r_squared = 1 - np.cumsum(apart * apart)[-1] / np.cumsum(around * around)[-1]
    errors = prediction_errors(arguments, inputs)
    return [*_of_class(truth, predicted, 1), _one(F64(above) / (ones.size * zeros.size)), *errors, _one(r_squared)]


def train_test_split(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    features, targets = inputs[0], inputs[1].reshape(-1)
    tests = int(F32(len(targets)) * F32(arguments["test_size"]))
    return [features[tests:], targets[tests:], features[:tests], targets[:tests]]


def _reflected(one: Array, other: Array) -> F64:
    """The sum of products from the first row to the last."""
    return F64(np.cumsum(one * other)[-1])


def linear_regression(_arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    """Householder reflections, column by column; NumPy's own least squares are what the result is compared with."""
    features, right, queries = inputs[0], inputs[1].reshape(-1).copy(), inputs[2]
    matrix = np.hstack([features, np.ones((len(features), 1))])
    columns = matrix.shape[1]
    sides = []
    for k in range(columns):
        mirror = matrix[k:, k].copy()
        square = _reflected(mirror, mirror)
        if not _reflected(matrix[:, k], matrix[:, k]) * 2.0**-80 < square < np.inf:
            if k < columns - 1:
                raise Fails(f"linear_regression: feature {k} follows from those before it, or is not a number")
            raise Fails("linear_regression: the features add up to a constant, or are not numbers")
        side = -np.sqrt(square) if mirror[0] > 0 else np.sqrt(square)
        mirror[0] -= side
        sides.append(side)
        for column in (*(matrix[k:, j] for j in range(k + 1, columns)), right[k:]):
            column += _reflected(mirror, column) / (side * mirror[0]) * mirror
    weights = np.zeros(columns)
    for k in reversed(range(columns)):
        rest = right[k]
        for j in range(k + 1, columns):
            rest = rest - matrix[k, j] * weights[j]
        weights[k] = rest / sides[k]
    return [np.array([np.cumsum([weights[-1], *(row * weights[:-1])])[-1] for row in queries])]


_TRUTH = np.array([1, 0, 1, 1, 0, 0, 1, 0], F64)
_PREDICTIONS = np.array([1, 1, 0, 1, 0, 1, 1, 0], F64)
_SCORES = np.array([0.9, 0.4, 0.35, 1.0, 0.1, 0.4, 0.4, 0.2], F64)
_ROWS = noise(31, 7, 2).astype(F64)
_QUERIES = noise(32, 3, 2).astype(F64)
_DEPENDENT = np.array([[1, 2], [2, 4], [3, 6], [4, 8]], F64)

CASES: Sequence[BlockCase] = (
    case("argmax", "the first of the greatest", np.array([[0.1, 0.7], [0.7, 0.2]], F32)),
    case("argmax", "nothing above 0", np.array([-3.0, -1.0, -0.0, -2.0], F32)),
    case("argmax", "NaN never wins", np.array([np.nan, 1e-30, np.nan], F32)),
    case("argmax", "infinite", np.array([3.0, np.inf, np.inf], F32)),
    case("prediction_errors", "summed from the first to the last", noise(30, 9).astype(F64), np.full(9, 1e16)),
    case("prediction_errors", "nothing is off", np.array([7.0]), np.array([7.0])),
    case("prediction_errors", "not a number", np.array([1.0, np.nan]), np.array([1.0, 2.0])),
    case("f1_score", "two classes", _TRUTH, _PREDICTIONS),
    case("f1_score", "all predictions alike: the share that is right", _TRUTH, np.ones(8)),
    case("f1_score", "three classes: the share that is right", np.array([0.0, 1, 2, 2]), np.array([0.0, 2, 1, 2])),
    case("f1_score", "a third class where none was predicted", np.array([0.0, 1, 2, 1]), np.array([0.0, 1, 1, 1])),
    case("f1_score", "nothing right", np.array([0.0, 1.0]), np.array([1.0, 0.0])),
    case("f1_score", "no 1 among two classes", np.array([0.0, 2.0]), np.array([0.0, 2.0])),
    case("f1_score", "two zeros are two classes", np.array([0.0, 0.0]), np.array([0.0, -0.0])),
    case("f1_score", "a NaN equals nothing", np.array([1.0, np.nan, 1.0]), np.array([1.0, np.nan, 1.0])),
    case("precision_recall", "class 1", _TRUTH, _PREDICTIONS),
    case("precision_recall", "never predicted", np.array([1, 0], np.uint8), np.array([0, 0], np.uint8)),
    case("precision_recall", "not there", np.array([0, 0], np.uint16), np.array([1, 0], np.uint16)),
    case("precision_recall", "neither", np.array([3], np.int8), np.array([3], np.int8)),
    case("precision_recall", "a third of one", whole(33, 0, 2, 3, 5), whole(34, 0, 2, 3, 5), positive=2),
    case("precision_recall", "f32", np.array([1, 1, np.nan], F32), np.array([1, np.nan, 1.5], F32)),
    case("precision_recall", "below zero", np.array([-2, 1], np.int16), np.array([-2, -2], np.int16), positive=-2),
    case("precision_recall", "i32", np.array([1, -5], np.int32), np.array([1, 1], np.int32)),
    case("precision_recall", "u32", np.array([1, 2**32 - 1], np.uint32), np.array([2**32 - 1, 1], np.uint32)),
    case("metric", "scores", _TRUTH, _SCORES),
    case("metric", "classes", _TRUTH, _PREDICTIONS),
    case("metric", "only one class is there", np.ones(3), np.array([1.0, 0.0, 1.0])),
    case("metric", "a prediction that is not a number", np.array([1.0, 0.0]), np.array([np.nan, 0.0])),
    case("metric", "a measurement", np.array([1.0, 0.5]), np.array([1.0, 0.0])),
    case("train_test_split", "a fifth", noise(35, 10, 3).astype(F64), noise(36, 10).astype(F64)),
    case("train_test_split", "half, rounded down", _ROWS, noise(37, 7).astype(F64), test_size=0.5),
    case("linear_regression", "a plane with noise", _ROWS, noise(38, 7).astype(F64), _QUERIES),
    case("linear_regression", "a line", np.array([[1.0], [2], [4]]), np.array([3.0, 5, 9]), np.array([[0.0], [10]])),
    case("linear_regression", "as many rows as unknowns", _ROWS[:3], noise(39, 3).astype(F64), _QUERIES),
    case("linear_regression", "far apart", _ROWS * [1e-9, 1e9], noise(40, 7).astype(F64) * 1e6, _QUERIES),
    case("linear_regression", "a feature that follows", _DEPENDENT, np.arange(4.0), _QUERIES),
    case("linear_regression", "a constant feature", np.array([[2.0], [2], [2]]), np.arange(3.0), np.ones((1, 1))),
    case("linear_regression", "not a number", np.array([[np.nan], [2], [2]]), np.arange(3.0), np.ones((1, 1))),
)

REFERENCES: Mapping[str, Reference] = {
    "argmax": argmax,
    "prediction_errors": prediction_errors,
    "f1_score": f1_score,
    "precision_recall": precision_recall,
    "metric": metric,
    "train_test_split": train_test_split,
    "linear_regression": linear_regression,
}
