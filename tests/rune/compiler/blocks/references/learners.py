"""References of the blocks that learn weights while a rune runs, in NumPy, with what each of them finds.

`elastic_net`, `penalized_regression` and the support vector machines do the same steps in the same order of sums as the
C, so that numbers are equal to the last bit. That the answer is the right one is shown by the conditions of the optimum
and by scikit-learn (test_learners.py). `logistic_regression` is another method: dense Newton steps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tests.rune.compiler.blocks.references.case import Arguments, Array, Case, Fails, Reference, case, noise


@dataclass(frozen=True)
class Line:
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


def _sum(numbers: Array) -> float:
    """From the first to the last."""
    return float(np.cumsum(numbers)[-1])


def _columns(rows: Array) -> tuple[Array, Array]:
    """The sums of the columns are the last of running sums."""
    means = np.cumsum(rows, axis=0)[-1] / len(rows)
    return means, np.sqrt(np.cumsum((rows - means) ** 2, axis=0)[-1] / len(rows))


def _check(block: str, inputs: Sequence[Array]) -> None:
    rows, targets, queries = inputs
    for which, values in (("to learn from", rows), ("targets", targets), ("to predict", queries)):
        for place in np.argwhere(~np.isfinite(values)):
            if which == "targets":
                raise Fails(f"{block}: the target of row {place[0]} is not a finite number")
            raise Fails(f"{block}: feature {place[1]} of row {place[0]} {which} is not a finite number")


def _check_decided(block: str, values: Array) -> None:
    for row in np.flatnonzero(np.isnan(values)):
        raise Fails(f"{block}: row {row} to predict is too far from the others to be computed")


@dataclass(frozen=True)
class Penalties:
    """The terms that are added to the squares, in halves: by the squares of the weights, by their sizes, by their
    sum."""

    square: float
    slope: float
    pull: float


def descend(block: str, rows: Array, targets: Array, penalties: Penalties) -> Line:
    """Coordinate descent."""
    for feature in range(rows.shape[1]):
        if (rows[:, feature] == rows[0, feature]).all():
            raise Fails(f"{block}: feature {feature} is constant: leave it out")
    means, spreads = _columns(rows)
    if not np.isfinite(spreads).all():
        raise Fails(f"{block}: feature {np.argmax(~np.isfinite(spreads))} is too large or too small to be squared")
    scaled = (rows - means) / spreads
    squares = np.array([_sum(column * column) for column in scaled.T])
    mean = _sum(targets) / len(targets)
    weights = np.zeros(rows.shape[1])
    square, slope, pull = penalties.square, penalties.slope, penalties.pull

    def rest() -> Array:
        left = targets - mean
        for column, weight in zip(scaled.T, weights, strict=True):
            left = left - column * weight
        return left

    left = rest()
    close = (np.sqrt(_sum(left * left) * len(left)) + abs(pull)) * 2.0**-33
    for _ in range(10000):
        along = np.array([_sum(column * left) for column in scaled.T]) - square * weights - pull
        off = np.where(weights == 0, np.maximum(abs(along) - slope, 0), abs(along - np.sign(weights) * slope))
        if not np.isfinite(off.max() + close):
            break
        if off.max() <= close:
            return Line(weights, mean, means, spreads)
        for j, column in enumerate(scaled.T):
            towards = _sum(column * left) + squares[j] * weights[j] - pull
            beyond = towards - slope if towards > slope else towards + slope if towards < -slope else 0.0
            weight = beyond / (squares[j] + square)
            left = left - column * (weight - weights[j])
            weights[j] = weight
        left = rest()
    raise Fails(f"{block}: no weights were found in 10000 rounds")


def published_penalties(targets: Array, features: int) -> Penalties:
    """Those of the published elastic net: it took the mean of the targets over its added rows too."""
    square = len(targets) / 2
    pull = np.sqrt(square) * (_sum(targets) / (len(targets) + features))
    return Penalties(square, square / 2, pull)


def elastic_net(_arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    _check("elastic_net", inputs)
    rows, targets, queries = inputs[0], inputs[1].reshape(-1), inputs[2]
    return [descend("elastic_net", rows, targets, published_penalties(targets, rows.shape[1])).of(queries)]


def usual_penalties(arguments: Arguments, count: int) -> Penalties:
    return Penalties(
        count * arguments["alpha"] * (1.0 - arguments["l1_ratio"]),
        count * arguments["alpha"] * arguments["l1_ratio"],
        0.0,
    )


def penalized_regression(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    _check("penalized_regression", inputs)
    rows, targets, queries = inputs[0], inputs[1].reshape(-1), inputs[2]
    return [descend("penalized_regression", rows, targets, usual_penalties(arguments, len(rows))).of(queries)]


def _middle(met: Array, above: int) -> float:
    ordered = np.sort(met)
    return float((ordered[above - 1] + ordered[above]) / 2)


def _times(rows: Array, weights: Array) -> Array:
    sums = np.zeros(len(rows))
    for feature, weight in enumerate(weights):
        sums = sums + rows[:, feature] * weight
    return sums


def _root(matrix: Array) -> Array:
    """The lower triangle whose square it is; what is lost to rounding is held."""
    root = matrix.copy()
    for i in range(len(root)):
        for k in range(i + 1):
            whole = left = root[i, k]
            for m in range(k):
                left = left - root[i, m] * root[k, m]
            if k < i:
                root[i, k] = left / root[k, k]
            else:
                root[i, i] = np.sqrt(left if left > whole * 2.0**-52 else whole * 2.0**100)
    return root


def _solved(root: Array, right: Array) -> Array:
    solution = right.copy()
    for i in range(len(solution)):
        for k in range(i):
            solution[i] = solution[i] - root[i, k] * solution[k]
        solution[i] = solution[i] / root[i, i]
    for i in reversed(range(len(solution))):
        for k in range(i + 1, len(solution)):
            solution[i] = solution[i] - root[k, i] * solution[k]
        solution[i] = solution[i] / root[i, i]
    return solution


@dataclass(frozen=True)
class Support:
    """A machine's solution: the line, the multiplier of each constraint, and in how many rounds."""

    line: Line
    multipliers: Array
    rounds: int


@dataclass(frozen=True)
class Change:
    """A step in the weights with the offset behind, and in what stands in pairs."""

    solution: Array
    multiplier: Array
    missed: Array
    beyond: Array


@dataclass(frozen=True)
class Pairs:
    """For each constraint two pairs whose products go to 0: multiplier and beyond, room and missed."""

    multiplier: Array
    room: Array
    missed: Array
    beyond: Array

    def after(self, share: float, change: Change) -> Pairs:
        moved = share * change.multiplier
        missed, beyond = self.missed + share * change.missed, self.beyond + share * change.beyond
        return Pairs(self.multiplier + moved, self.room - moved, missed, beyond)

    def mean(self) -> float:
        """Of the products, in the order of the constraints."""
        products = [self.multiplier * self.beyond, self.room * self.missed]
        return _sum(np.stack(products, axis=1).reshape(-1)) / (2.0 * len(self.room))

    def longest(self, share: float, change: Change) -> float:
        """How much of a change can be made, less a share, before a number would be 0."""
        moved = change.multiplier
        ways = (
            (self.multiplier, moved),
            (self.room, -moved),
            (self.missed, change.missed),
            (self.beyond, change.beyond),
        )
        until = [(number / -way)[way < 0] for number, way in ways]
        return float(min(1.0, min((each.min() for each in until if each.size), default=np.inf) * share))


@dataclass(frozen=True)
class Round:
    """The system of one round."""

    scaled: Array
    sign: Array
    pairs: Pairs
    error: Array
    right: Array
    """The errors of the weights, and of the balance of the multipliers."""

    def changes(self, aims: Sequence[float | None]) -> Change:
        """Towards products of an aim; of None, the cube of what the step before would leave, with its correction."""
        pairs, features = self.pairs, self.scaled.shape[1]
        wide = np.hstack([self.scaled, np.ones((len(self.sign), 1))])
        stiffness = pairs.missed / pairs.room + pairs.beyond / pairs.multiplier
        matrix = np.cumsum((wide / stiffness[:, None])[:, :, None] * wide[:, None, :], axis=0)[-1]
        matrix[range(features), range(features)] += 1
        root, none = _root(matrix), np.zeros(len(self.sign))
        change = Change(self.right * 0, none, none, none)
        for value in aims:
            first, second, aim = none, none, value
            if aim is None:
                ratio = pairs.after(pairs.longest(1.0, change), change).mean() / pairs.mean()
                aim = ratio * ratio * ratio * pairs.mean()
                first, second = change.multiplier * change.beyond, change.multiplier * change.missed
            product = aim - pairs.multiplier * pairs.beyond - first
            other = aim - pairs.room * pairs.missed + second
            wanted = product / pairs.multiplier - other / pairs.room - self.error
            right = np.cumsum((self.sign * wanted / stiffness)[:, None] * wide, axis=0)[-1]
            solution = _solved(root, right + self.right)
            along = _times(self.scaled, solution[:features]) + solution[features]
            moved = (wanted - self.sign * along) / stiffness
            missed = (other + pairs.missed * moved) / pairs.room
            change = Change(solution, moved, missed, (product - pairs.beyond * moved) / pairs.multiplier)
        return change


def support(block: str, rows: Array, sign: Array, bound: Array, c: float, tolerance: float) -> Support:
    """The interior-point method of support_vectors.h."""
    features, above, count = rows.shape[1], int((sign > 0).sum()), len(sign)
    means = np.cumsum(rows, axis=0)[-1] / len(rows)
    away = rows - means
    size = float(abs(away).max()) or 1.0
    scaled = np.vstack([away / size] * (count // len(rows)))
    weights, ones = np.zeros(features), np.ones(features)
    offset = _middle(sign * bound, above)
    if (bound - sign * offset <= 0).all():
        return Support(Line(weights, offset, means, ones), np.zeros(count), 0)
    height = float(abs(bound).max())
    offset, bound, c = offset / height, bound / height, c * size * size / height
    pairs = Pairs(np.full(count, c / 2), np.full(count, c / 2), np.ones(count), np.ones(count))
    for done in range(100):
        value = _times(scaled, weights)
        best = _middle(sign * bound - value, above)
        signed = sign * pairs.multiplier
        dual = np.cumsum(signed[:, None] * scaled, axis=0)[-1]
        over = sign * (value + best) - bound
        short, off = np.maximum(-over, 0), weights - dual
        length = _sum(weights * weights) / 2
        gap = _sum(off * off) / 2 + _sum(pairs.room * short) + _sum(pairs.multiplier * np.maximum(over, 0))
        total = length + c * _sum(short)
        if not np.isfinite(total):
            break
        if gap <= tolerance * tolerance * length or gap <= total * 2.0**-33:
            line = Line(weights * height / size, best * height, means, ones)
            return Support(line, pairs.multiplier * height / (size * size), done)
        error = sign * (value + offset) - bound + pairs.missed - pairs.beyond
        system = Round(scaled, sign, pairs, error, np.append(dual - weights, _sum(signed)))
        change = system.changes([0.0, None])
        share = pairs.longest(0.995, change)
        if not pairs.after(share, change).mean() <= 0.7 * pairs.mean():
            change = system.changes([pairs.mean() / 2])
            share = pairs.longest(0.995, change)
        pairs = pairs.after(share, change)
        weights = weights + share * change.solution[:features]
        offset += share * float(change.solution[features])
    raise Fails(f"{block}: no weights were found in 100 rounds")


def classifier(arguments: Arguments, rows: Array, targets: Array) -> tuple[Support, Array]:
    """The machine that tells two labels apart, and those labels."""
    labels = np.unique(targets)
    if len(labels) == 1:
        raise Fails(f"support_vector_classifier: all {len(targets)} rows have the same label: it tells two apart")
    if len(labels) > 2:
        seen = [len(np.unique(targets[: place + 1])) for place in range(len(targets))]
        raise Fails(f"support_vector_classifier: row {seen.index(3)} has a third label: it tells two apart")
    sign = np.where(targets == labels[1], 1.0, -1.0)
    name = "support_vector_classifier"
    return support(name, rows, sign, np.ones(len(rows)), arguments["c"], arguments["tolerance"]), labels


def support_vector_classifier(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    _check("support_vector_classifier", inputs)
    machine, labels = classifier(arguments, inputs[0], inputs[1].reshape(-1))
    values = machine.line.behind(inputs[2])
    _check_decided("support_vector_classifier", values)
    return [np.where(values > 0, labels[1], labels[0])]


def regression(arguments: Arguments, rows: Array, targets: Array) -> tuple[Support, float]:
    """The machine for targets less their mean, within `eps`, and that mean."""
    mean = _sum(targets) / len(targets)
    away = targets - mean
    sign = np.repeat([1.0, -1.0], len(rows))
    bound = np.append(away - arguments["eps"], -away - arguments["eps"])
    return support("support_vector_regression", rows, sign, bound, arguments["c"], arguments["tolerance"]), mean


def support_vector_regression(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    _check("support_vector_regression", inputs)
    machine, mean = regression(arguments, inputs[0], inputs[1].reshape(-1))
    return [machine.line.behind(inputs[2]) + mean]


LOGISTIC_PENALTY = 2.0**-24
"""For each row."""


@dataclass(frozen=True)
class Scores:
    """Weights of each class, the offset last, for standardised features."""

    weights: Array
    labels: Array
    means: Array
    spreads: Array

    def scaled(self, rows: Array) -> Array:
        known = np.where(self.spreads > 0, self.spreads, np.inf)
        return np.hstack([(rows - self.means) / known, np.ones((len(rows), 1))])

    def of(self, rows: Array) -> Array:
        return self.scaled(rows) @ self.weights.T


def shares(scores: Array) -> Array:
    """Scores to probabilities, row by row."""
    grown = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=1, keepdims=True))


def logistic(arguments: Arguments, rows: Array, targets: Array) -> Scores:
    """Newton's method with its whole matrix; of two classes the first has the score 0."""
    labels = np.unique(targets)
    if len(labels) == 1:
        raise Fails(f"logistic_regression: all {len(rows)} rows have the same label: it takes two or more")
    if len(labels) > arguments["classes"]:
        seen = [len(np.unique(targets[: place + 1])) for place in range(len(targets))]
        row = seen.index(arguments["classes"] + 1)
        raise Fails(f"logistic_regression: row {row} has one label more than `classes` says")
    means, spreads = _columns(rows)
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
            tried = weights.copy()
            tried[free] -= share * step
            if total(tried) <= before:
                break
            share /= 2
        weights = tried
    return Scores(weights, labels, means, spreads)


def logistic_regression(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    _check("logistic_regression", inputs)
    model = logistic(arguments, inputs[0], inputs[1].reshape(-1))
    scores = model.of(inputs[2])
    _check_decided("logistic_regression", scores.sum(axis=1))
    return [model.labels[scores.argmax(axis=1)]]


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

CASES: Sequence[Case] = (
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
