"""References of support vector machines: pairs of rows change until none gains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tests.support.compiler.block_references.case import Arguments, Array, Fails
from tests.support.compiler.block_references.learned_lines import FittedLine
from tests.support.compiler.block_references.learned_rows import check_decided, check_rows, ordered_sum


def _middle(met: Array, above: int) -> float:
    values = np.sort(met)
    return float((values[above - 1] + values[above]) / 2)


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

    line: FittedLine
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
        step = share * change.multiplier
        shortfall, beyond = self.missed + share * change.missed, self.beyond + share * change.beyond
        return Pairs(self.multiplier + step, self.room - step, shortfall, beyond)

    def mean(self) -> float:
        """Returns the mean of the products, in the order of the constraints."""
        products = [self.multiplier * self.beyond, self.room * self.missed]
        return ordered_sum(np.stack(products, axis=1).reshape(-1)) / (2.0 * len(self.room))

    def longest(self, share: float, change: Change) -> float:
        """Returns how much of a change can be made, less a share, before a number would be 0."""
        step = change.multiplier
        ways = (
            (self.multiplier, step),
            (self.room, -step),
            (self.missed, change.missed),
            (self.beyond, change.beyond),
        )
        until = [(number / -way)[way < 0] for number, way in ways]
        return float(min(1.0, min((each.min() for each in until if each.size), default=np.inf) * share))


@dataclass(frozen=True)
class SystemOfRound:
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
            target = product / pairs.multiplier - other / pairs.room - self.error
            right = np.cumsum((self.sign * target / stiffness)[:, None] * wide, axis=0)[-1]
            solution = _solved(root, right + self.right)
            along = _times(self.scaled, solution[:features]) + solution[features]
            step = (target - self.sign * along) / stiffness
            shortfall = (other + pairs.missed * step) / pairs.room
            change = Change(solution, step, shortfall, (product - pairs.beyond * step) / pairs.multiplier)
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
        return Support(FittedLine(weights, offset, means, ones), np.zeros(count), 0)
    height = float(abs(bound).max())
    offset, bound, c = offset / height, bound / height, c * size * size / height
    pairs = Pairs(np.full(count, c / 2), np.full(count, c / 2), np.ones(count), np.ones(count))
    for number in range(100):
        value = _times(scaled, weights)
        best = _middle(sign * bound - value, above)
        signed = sign * pairs.multiplier
        dual = np.cumsum(signed[:, None] * scaled, axis=0)[-1]
        over = sign * (value + best) - bound
        short, off = np.maximum(-over, 0), weights - dual
        length = ordered_sum(weights * weights) / 2
        gap = (
            ordered_sum(off * off) / 2
            + ordered_sum(pairs.room * short)
            + ordered_sum(pairs.multiplier * np.maximum(over, 0))
        )
        total = length + c * ordered_sum(short)
        if not np.isfinite(total):
            break
        if gap <= tolerance * tolerance * length or gap <= total * 2.0**-33:
            line = FittedLine(weights * height / size, best * height, means, ones)
            return Support(line, pairs.multiplier * height / (size * size), number)
        error = sign * (value + offset) - bound + pairs.missed - pairs.beyond
        system = SystemOfRound(scaled, sign, pairs, error, np.append(dual - weights, ordered_sum(signed)))
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
        label_counts = [len(np.unique(targets[: place + 1])) for place in range(len(targets))]
        raise Fails(f"support_vector_classifier: row {label_counts.index(3)} has a third label: it tells two apart")
    sign = np.where(targets == labels[1], 1.0, -1.0)
    name = "support_vector_classifier"
    return support(name, rows, sign, np.ones(len(rows)), arguments["c"], arguments["tolerance"]), labels


def support_vector_classifier(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    check_rows("support_vector_classifier", inputs)
    machine, labels = classifier(arguments, inputs[0], inputs[1].reshape(-1))
    values = machine.line.behind(inputs[2])
    check_decided("support_vector_classifier", values)
    return [np.where(values > 0, labels[1], labels[0])]


def regression(arguments: Arguments, rows: Array, targets: Array) -> tuple[Support, float]:
    """The machine for targets less their mean, within `eps`, and that mean."""
    mean = ordered_sum(targets) / len(targets)
    away = targets - mean
    sign = np.repeat([1.0, -1.0], len(rows))
    bound = np.append(away - arguments["eps"], -away - arguments["eps"])
    return support("support_vector_regression", rows, sign, bound, arguments["c"], arguments["tolerance"]), mean


def support_vector_regression(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    check_rows("support_vector_regression", inputs)
    machine, mean = regression(arguments, inputs[0], inputs[1].reshape(-1))
    return [machine.line.behind(inputs[2]) + mean]
