"""References of regressions with penalties: descent along one coordinate at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tests.support.compiler.block_references.case import Arguments, Array, Fails
from tests.support.compiler.block_references.learned_rows import check_rows, columns, ordered_sum


@dataclass(frozen=True)
class FittedLine:
    """Weights, and an offset for rows less `means` and divided by `spreads`."""

    weights: Array
    offset: float
    means: Array
    spreads: Array

    def of(self, rows: Array) -> Array:
        sums = np.full(len(rows), self.offset)
        for feature, weight in enumerate(self.weights):
            sums = sums + (rows[:, feature] - self.means[feature]) / self.spreads[feature] * weight
        return sums

    def behind(self, rows: Array) -> Array:
        """The same with the offset added last."""
        sums = np.zeros(len(rows))
        for feature, weight in enumerate(self.weights):
            sums = sums + (rows[:, feature] - self.means[feature]) * weight
        return sums + self.offset


@dataclass(frozen=True)
class Penalties:
    """The terms that are added to the squares, in halves: by the squares of the weights, by their sizes, by their
    sum."""

    square: float
    slope: float
    pull: float


def descend(block: str, rows: Array, targets: Array, penalties: Penalties) -> FittedLine:
    """Coordinate descent."""
    for feature in range(rows.shape[1]):
        if (rows[:, feature] == rows[0, feature]).all():
            raise Fails(f"{block}: feature {feature} is constant: leave it out")
    means, spreads = columns(rows)
    if not np.isfinite(spreads).all():
        raise Fails(f"{block}: feature {np.argmax(~np.isfinite(spreads))} is too large or too small to be squared")
    scaled = (rows - means) / spreads
    squares = np.array([ordered_sum(column * column) for column in scaled.T])
    mean = ordered_sum(targets) / len(targets)
    weights = np.zeros(rows.shape[1])
    square, slope, pull = penalties.square, penalties.slope, penalties.pull

    def rest() -> Array:
        left = targets - mean
        for column, weight in zip(scaled.T, weights, strict=True):
            left = left - column * weight
        return left

    left = rest()
    close = (np.sqrt(ordered_sum(left * left) * len(left)) + abs(pull)) * 2.0**-33
    for _ in range(10000):
        along = np.array([ordered_sum(column * left) for column in scaled.T]) - square * weights - pull
        off = np.where(weights == 0, np.maximum(abs(along) - slope, 0), abs(along - np.sign(weights) * slope))
        if not np.isfinite(off.max() + close):
            break
        if off.max() <= close:
            return FittedLine(weights, mean, means, spreads)
        for j, column in enumerate(scaled.T):
            towards = ordered_sum(column * left) + squares[j] * weights[j] - pull
            beyond = towards - slope if towards > slope else towards + slope if towards < -slope else 0.0
            weight = beyond / (squares[j] + square)
            left = left - column * (weight - weights[j])
            weights[j] = weight
        left = rest()
    raise Fails(f"{block}: no weights were found in 10000 rounds")


def published_penalties(targets: Array, features: int) -> Penalties:
    """Returns the penalties of the published elastic net: it took the mean of the targets over its added rows too."""
    square = len(targets) / 2
    pull = np.sqrt(square) * (ordered_sum(targets) / (len(targets) + features))
    return Penalties(square, square / 2, pull)


def elastic_net(_arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    check_rows("elastic_net", inputs)
    rows, targets, queries = inputs[0], inputs[1].reshape(-1), inputs[2]
    return [descend("elastic_net", rows, targets, published_penalties(targets, rows.shape[1])).of(queries)]


def usual_penalties(arguments: Arguments, count: int) -> Penalties:
    return Penalties(
        count * arguments["alpha"] * (1.0 - arguments["l1_ratio"]),
        count * arguments["alpha"] * arguments["l1_ratio"],
        0.0,
    )


def penalized_regression(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    check_rows("penalized_regression", inputs)
    rows, targets, queries = inputs[0], inputs[1].reshape(-1), inputs[2]
    return [descend("penalized_regression", rows, targets, usual_penalties(arguments, len(rows))).of(queries)]
