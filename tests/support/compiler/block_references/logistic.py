"""Reference of logistic regression."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tests.support.compiler.block_references.case import Arguments, Array, Fails
from tests.support.compiler.block_references.learned_rows import check_decided, check_rows, columns

LOGISTIC_PENALTY = 2.0**-24
"""The penalty for each row."""


@dataclass(frozen=True)
class Scores:
    """Weights of each class, the offset last, for standardised features."""

    weights: Array
    labels: Array
    means: Array
    spreads: Array

    def scaled(self, rows: Array) -> Array:
        spreads = np.where(self.spreads > 0, self.spreads, np.inf)
        return np.hstack([(rows - self.means) / spreads, np.ones((len(rows), 1))])

    def of(self, rows: Array) -> Array:
        return self.scaled(rows) @ self.weights.T


def shares(scores: Array) -> Array:
    """Scores to probabilities, row by row."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def logistic(arguments: Arguments, rows: Array, targets: Array) -> Scores:
    """Newton's method with its whole matrix; of two classes the first has the score 0."""
    labels = np.unique(targets)
    if len(labels) == 1:
        raise Fails(f"logistic_regression: all {len(rows)} rows have the same label: it takes two or more")
    if len(labels) > arguments["classes"]:
        label_counts = [len(np.unique(targets[: place + 1])) for place in range(len(targets))]
        row = label_counts.index(arguments["classes"] + 1)
        raise Fails(f"logistic_regression: row {row} has one label more than `classes` says")
    means, spreads = columns(rows)
    spreads = np.where((rows == rows[0]).all(axis=0), 0.0, spreads)
    if not np.isfinite(spreads).all():
        feature = np.argmax(~np.isfinite(spreads))
        raise Fails(f"logistic_regression: feature {feature} is too large or too small to be squared")
    model = Scores(np.zeros((len(labels), rows.shape[1] + 1)), labels, means, spreads)
    scaled, truth = model.scaled(rows), (targets[:, None] == labels).astype(float)
    free = slice(1 if len(labels) == 2 else 0, None)
    penalty = LOGISTIC_PENALTY * len(rows)
    weights = np.zeros((len(labels), scaled.shape[1]))

    def total(weights: Array) -> float:
        probabilities = shares(scaled @ weights.T)
        return float(-np.log((probabilities * truth).sum(axis=1)).sum() + penalty / 2 * (weights * weights).sum())

    for _ in range(100):
        probabilities = shares(scaled @ weights.T)
        slope = ((probabilities - truth).T @ scaled + penalty * weights)[free]
        if np.linalg.norm(slope) <= 1e-11 * len(rows):
            break
        classes = probabilities[:, free]
        bends = np.einsum("ia,ab->iab", classes, np.eye(classes.shape[1])) - np.einsum("ia,ib->iab", classes, classes)
        matrix = np.einsum("iab,ij,ik->ajbk", bends, scaled, scaled).reshape(slope.size, slope.size)
        step = np.linalg.solve(matrix + penalty * np.eye(slope.size), slope.reshape(-1)).reshape(slope.shape)
        share, before = 1.0, total(weights)
        while share > 2.0**-30:
            candidate = weights.copy()
            candidate[free] -= share * step
            if total(candidate) <= before:
                break
            share /= 2
        weights = candidate
    return Scores(weights, labels, means, spreads)


def logistic_regression(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    check_rows("logistic_regression", inputs)
    model = logistic(arguments, inputs[0], inputs[1].reshape(-1))
    scores = model.of(inputs[2])
    check_decided("logistic_regression", scores.sum(axis=1))
    return [model.labels[scores.argmax(axis=1)]]
