"""References of the blocks that learn weights while a rune runs, in NumPy, and the cases that they are compared on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from tests.support.compiler.block_references.case import BlockCase, Reference, case, noise
from tests.support.compiler.block_references.learned_lines import elastic_net, penalized_regression
from tests.support.compiler.block_references.logistic import logistic_regression
from tests.support.compiler.block_references.support_vectors import support_vector_classifier, support_vector_regression

_F64 = np.float64
_ROWS = noise(41, 12, 2).astype(_F64)
_HEIGHTS = (3.0 * _ROWS[:, 0] - 2.0 * _ROWS[:, 1] + noise(42, 12).astype(_F64) * 0.5 + 20.0).round(3)
_QUERIES = noise(43, 5, 2).astype(_F64)
_TWO = np.where(_ROWS[:, 0] + noise(44, 12).astype(_F64) * 0.8 > 0, 7.0, -3.0)
_THREE = np.array([[0.0, 0.1], [0.3, 0], [1, 1.2], [1.1, 0.8], [0.2, 2], [0.1, 1.8], [0.9, 0.9], [0.2, 1.1]])
_NAMES = np.array([5.0, 5, 2, 2, 11, 11, 5, 2])
_GRID = np.array([[0.0, 0], [1, 1], [0, 2], [1, 0], [0.1, 1.9], [0.5, 0.6]])
_LINE = np.array([[1.0], [2], [3], [4], [5], [6]])
_APART = np.array([0.0, 0, 0, 1, 1, 1])
_SPOILT = np.array([[1.0, 2], [np.nan, 1], [2, 3]])
_LEVELS = np.array([[0.0, 1], [0, 2], [0, 3]])
_FAR = _ROWS * [1e-6, 1e5] + [1e3, -1e7]
CASES: Sequence[BlockCase] = (
    case("elastic_net", "a plane with noise", _ROWS, _HEIGHTS, _QUERIES),
    case("elastic_net", "a mean of 0 pulls nowhere", _ROWS, _HEIGHTS - _HEIGHTS.mean(), _QUERIES),
    case("elastic_net", "far apart", _FAR, _HEIGHTS * 1e4, _FAR[:2]),
    case("elastic_net", "a constant feature", _LEVELS, np.arange(3.0), _LEVELS),
    case("elastic_net", "not a number", _SPOILT, np.arange(3.0), _SPOILT[:1]),
    case("penalized_regression", "a plane with noise", _ROWS, _HEIGHTS, _QUERIES, alpha=0.1),
    case(
        "penalized_regression", "so dear that all weights are 0", _ROWS, _HEIGHTS, _QUERIES, alpha=100.0, l1_ratio=1.0
    ),
    case("penalized_regression", "one weight is 0", _ROWS, _HEIGHTS, _QUERIES, alpha=2.2, l1_ratio=1.0),
    case("penalized_regression", "squares alone", _FAR, _HEIGHTS, _FAR[:2], l1_ratio=0.0),
    case("penalized_regression", "least squares", _LINE, 3 * _LINE[:, 0] - 2, np.array([[0.0], [10]]), alpha=0.0),
    case("penalized_regression", "more features than rows", _ROWS[:2], _HEIGHTS[:2], _QUERIES, alpha=0.01),
    case("penalized_regression", "targets all alike", _ROWS, np.full(12, 4.0), _QUERIES),
    case("penalized_regression", "too large", np.array([[1e200], [-1e200]]), np.arange(2.0), np.ones((1, 1))),
    case("penalized_regression", "targets too large", _LINE, _LINE[:, 0] * 1e200, np.ones((1, 1))),
    case("penalized_regression", "an infinite target", _LINE, np.append(np.arange(5.0), np.inf), np.ones((1, 1))),
    case("logistic_regression", "two classes that overlap", _ROWS, _TWO, _QUERIES),
    case("logistic_regression", "three classes", _THREE, _NAMES, _GRID),
    case("logistic_regression", "two that a line parts", _LINE, _APART, np.array([[3.4], [3.6], [-9], [90]])),
    case("logistic_regression", "a constant feature", np.hstack([_LINE, _LINE * 0 + 3]), _APART, np.array([[3.0, 9]])),
    case("logistic_regression", "far apart", _FAR, _TWO, _FAR[:4]),
    case("logistic_regression", "one label", _LINE, np.ones(6), _LINE),
    case("logistic_regression", "a label too many", _LINE, np.arange(6.0), _LINE, classes=3),
    case("logistic_regression", "not a number to predict", _LINE, _APART, np.array([[1.0], [np.nan]])),
    case("support_vector_classifier", "two classes that overlap", _ROWS, _TWO, _QUERIES),
    case("support_vector_classifier", "two that a line parts", _LINE, _APART, np.array([[3.4], [3.6], [-9], [90]])),
    case("support_vector_classifier", "cheap misses", _ROWS, _TWO, _QUERIES, c=0.01, epochs=1),
    case("support_vector_classifier", "far apart", _FAR, _TWO, _FAR[:4], tolerance=0.1),
    case("support_vector_classifier", "rows all alike", _LINE * 0 + 2, np.append(_APART[:5], 0.0), _LINE),
    case("support_vector_classifier", "too large", _LINE * 1e200, _APART, _LINE),
    case("support_vector_classifier", "too far", np.hstack([_LINE, -_LINE]) * 0.01, _APART, np.full((1, 2), 1.7e308)),
    case("support_vector_classifier", "one label", _LINE, np.ones(6), _LINE),
    case("support_vector_classifier", "a third label", _THREE, _NAMES, _GRID),
    case("support_vector_classifier", "an infinite feature", np.array([[np.inf], [1]]), np.arange(2.0), _LINE),
    case("support_vector_regression", "a plane with noise", _ROWS, _HEIGHTS, _QUERIES, eps=0.2),
    case("support_vector_regression", "the defaults", _ROWS * 10, _HEIGHTS * 10, _QUERIES * 10),
    case("support_vector_regression", "all within the distance", _ROWS, _HEIGHTS, _QUERIES, eps=50.0),
    case("support_vector_regression", "no distance", _LINE, 3 * _LINE[:, 0] - 2, np.array([[0.0], [10]]), eps=0.0),
    case("support_vector_regression", "far apart", _FAR, _HEIGHTS * 100, _FAR[:2], c=1000.0, tolerance=1e-6),
    case("support_vector_regression", "more features than rows", _ROWS[:2], _HEIGHTS[:2], _QUERIES, eps=0.1),
    case("support_vector_regression", "targets too large", _LINE, _LINE[:, 0] * 2e307, np.ones((1, 1))),
    case("support_vector_regression", "not a number", _SPOILT, np.arange(3.0), _SPOILT[:1]),
)
REFERENCES: Mapping[str, Reference] = {
    "elastic_net": elastic_net,
    "penalized_regression": penalized_regression,
    "logistic_regression": logistic_regression,
    "support_vector_classifier": support_vector_classifier,
    "support_vector_regression": support_vector_regression,
}
