"""The blocks that learn: what their references find, which the C gives to the bit, meets the conditions of the optimum
for any data, and is what scikit-learn finds. Each checker of a condition is shown first what it must refuse."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.cases import each_case
from tests.support.compiler.block_references import learned_lines, learners, logistic, support_vectors
from tests.support.compiler.block_references.case import Array
from tests.support.compiler.block_references.learned_lines import FittedLine, Penalties
from tests.support.compiler.block_references.logistic import Scores
from tests.support.compiler.block_references.support_vectors import Support
from tests.support.properties import examples

LIBRARY = json.loads((Path(learners.__file__).parent / "library_learners.json").read_text(encoding="utf-8"))
MACHINE = {"c": 200.0, "eps": 0.3, "tolerance": 1e-3}
FEW = examples(10)


def subgradient(rows: Array, targets: Array, penalties: Penalties, line: FittedLine) -> float:
    """Returns how far from zero it is where it is farthest, as a share of the steepest that such targets could have."""
    scaled = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    weights, away = line.weights, targets - targets.mean()
    along = scaled.T @ (away - scaled @ weights) - penalties.square * weights - penalties.pull
    low, high = along - penalties.slope, along + penalties.slope
    off = np.where(weights > 0, abs(low), np.where(weights < 0, abs(high), np.maximum(low, -high).clip(0)))
    steepest = np.sqrt(len(rows)) * np.linalg.norm(away) + abs(penalties.pull)
    return float(off.max() / steepest + abs(line.offset - targets.mean()))


def gap(rows: Array, sign: Array, bound: Array, c: float, machine: Support) -> float:
    """The excess of the total over that of the multipliers, as a share of the total, with the constraints that the
    multipliers break."""
    twice = np.vstack([rows] * (len(sign) // len(rows)))
    multipliers, weights = machine.multipliers, machine.line.weights
    shortfall = np.maximum(bound - sign * machine.line.behind(twice), 0).sum()
    total = weights @ weights / 2 + c * shortfall
    dual = (sign * multipliers) @ (twice - rows.mean(axis=0))
    bound_of_total = bound @ multipliers - dual @ dual / 2
    violation = abs((sign * multipliers).sum()) / c + max(-multipliers.min(), multipliers.max() - c, 0) / c
    return float((total - bound_of_total) / total + violation)


def slope(model: Scores, rows: Array, targets: Array) -> float:
    """The length of the slope of the penalised likelihood, for each row."""
    scaled, free = model.scaled(rows), slice(1 if len(model.labels) == 2 else 0, None)
    truth = (targets[:, None] == model.labels).astype(float)
    steep = (logistic.shares(scaled @ model.weights.T) - truth).T @ scaled / len(rows)
    return float(np.linalg.norm((steep + logistic.LOGISTIC_PENALTY * model.weights)[free]))


def _data(seed: int, least: int = 4) -> tuple[Array, Array, np.random.Generator]:
    """Rows of features of several sizes that lean on each other, and targets that follow from them in part."""
    chance = np.random.default_rng(seed)
    count, features = int(chance.integers(least, 24)), int(chance.integers(1, 5))
    rows = chance.standard_normal((count, features)) @ chance.standard_normal((features, features))
    rows = rows * 10.0 ** chance.integers(-1, 3, features) + chance.integers(-5, 6, features)
    along = (rows - rows.mean(axis=0)) / rows.std(axis=0) @ chance.standard_normal(features)
    return rows, along + chance.standard_normal(count) * 10.0 ** chance.integers(-2, 1), chance


def _two(targets: Array) -> Array:
    """The upper half as 1."""
    return np.where(targets > np.median(targets), 1.0, -1.0)


SEEDS = st.integers(0, 2**32 - 1)


def test_a_subgradient_that_is_not_zero_is_told() -> None:
    rows, targets, _ = _data(1)
    penalties = learned_lines.usual_penalties({"alpha": 0.1, "l1_ratio": 0.5}, len(rows))
    line = learned_lines.descend("penalized_regression", rows, targets, penalties)
    assert subgradient(rows, targets, penalties, line) < 1e-9
    assert subgradient(rows, targets, penalties, replace(line, weights=line.weights * 1.0001)) > 1e-6
    assert subgradient(rows, targets, penalties, replace(line, weights=line.weights * 0)) > 1e-3
    assert subgradient(rows, targets, penalties, replace(line, offset=line.offset + 1e-3)) > 1e-4
    assert subgradient(rows, targets, replace(penalties, pull=1.0), line) > 1e-3


@pytest.mark.slow
@FEW
@given(SEEDS, st.sampled_from([0.01, 0.3, 3.0]), st.sampled_from([0.0, 0.5, 1.0]))
def test_no_weight_of_a_penalised_regression_can_be_bettered(seed: int, alpha: float, l1_ratio: float) -> None:
    rows, targets, _ = _data(seed)
    for penalties in (
        learned_lines.usual_penalties({"alpha": alpha, "l1_ratio": l1_ratio}, len(rows)),
        learned_lines.published_penalties(targets, rows.shape[1]),
    ):
        line = learned_lines.descend("penalized_regression", rows, targets, penalties)
        assert subgradient(rows, targets, penalties, line) < 1e-9


def test_the_published_elastic_net_minimises_what_was_published_and_the_mean_of_the_targets_pulls() -> None:
    """The published one, put together as it was: rows below that carry a penalty, and the mean over those too."""
    rows, targets, _ = _data(2)
    scaled, targets = (rows - rows.mean(axis=0)) / rows.std(axis=0), targets + 30
    count, features = rows.shape
    below = np.sqrt(count / 2) * np.eye(features)
    wide, high = np.vstack([scaled, below]), np.append(targets, np.zeros(features))

    def total(weights: Array) -> float:
        rest = wide @ weights - (high - high.mean())
        return float(rest @ rest + count / 2 * abs(weights).sum())

    penalties = learned_lines.published_penalties(targets, features)
    weights = learned_lines.descend("elastic_net", rows, targets, penalties).weights
    chance = np.random.default_rng(3)
    for size in (1e-5, 1e-3, 1e-1, 1.0):
        for _ in range(20):
            assert total(weights) < total(weights + size * chance.standard_normal(features))
    lower = learned_lines.descend(
        "elastic_net", rows, targets - 30, learned_lines.published_penalties(targets - 30, features)
    )
    assert abs(lower.weights - weights).max() > 1


def test_weights_and_multipliers_that_are_no_optimum_are_told() -> None:
    rows, targets, _ = _data(4)
    sign, ones = _two(targets), np.ones(len(rows))
    machine, _ = support_vectors.classifier(MACHINE, rows, sign)
    assert gap(rows, sign, ones, MACHINE["c"], machine) < 1e-6
    line = machine.line
    for wrong in (
        replace(machine, line=replace(line, weights=line.weights * 1.05)),
        replace(machine, line=replace(line, offset=line.offset + 0.05)),
        replace(machine, multipliers=machine.multipliers * 0.95),
        replace(machine, multipliers=machine.multipliers + 0.05),
        replace(machine, multipliers=machine.multipliers - MACHINE["c"]),
    ):
        assert gap(rows, sign, ones, MACHINE["c"], wrong) > 1e-5


@pytest.mark.slow
@FEW
@given(SEEDS, st.sampled_from([0.01, 10.0, 200.0]))
def test_multipliers_prove_that_the_margin_is_the_widest(seed: int, c: float) -> None:
    rows, targets, _ = _data(seed)
    sign = _two(targets)
    machine, labels = support_vectors.classifier({**MACHINE, "c": c}, rows, sign * 3 + 1)
    assert labels.tolist() == [-2, 4]
    assert gap(rows, sign, np.ones(len(rows)), c, machine) < 2e-6


@FEW
@given(SEEDS, st.sampled_from([0.0, 0.3, 2.0]), st.sampled_from([0.1, 10.0]))
def test_multipliers_prove_that_the_line_is_the_flattest(seed: int, eps: float, c: float) -> None:
    rows, targets, _ = _data(seed)
    machine, mean = support_vectors.regression({**MACHINE, "eps": eps, "c": c}, rows, targets)
    assert abs(mean - targets.mean()) < 1e-9
    sign, away = np.repeat([1.0, -1.0], len(rows)), targets - targets.mean()
    if machine.rounds:
        assert gap(rows, sign, np.append(away, -away) - eps, c, machine) < 2e-6
    else:
        assert max(away) - min(away) <= 2 * eps
        assert not machine.line.weights.any()


def test_a_slope_that_is_not_zero_is_told() -> None:
    rows, targets, _ = _data(5)
    model = logistic.logistic({"classes": 16}, rows, _two(targets))
    assert slope(model, rows, _two(targets)) < 1e-10
    assert slope(replace(model, weights=model.weights * 1.01), rows, _two(targets)) > 1e-9
    assert slope(replace(model, weights=model.weights * 0), rows, _two(targets)) > 1e-2


@FEW
@given(SEEDS, st.integers(2, 4))
def test_no_score_of_a_logistic_regression_can_be_bettered(seed: int, classes: int) -> None:
    rows, targets, _ = _data(seed, least=8)
    labels = np.argsort(np.argsort(targets)) * classes // len(targets) * 2.5
    model = logistic.logistic({"classes": 16}, rows, labels)
    assert model.labels.tolist() == [each * 2.5 for each in range(classes)]
    # A step must lower a sum of logarithms of up to 40, which f64 tells to 1e-14: below a slope of 1e-7 it may not.
    assert slope(model, rows, labels) < 1e-7


@each_case("name", LIBRARY)
def test_a_reference_finds_what_scikit_learn_finds(name: str) -> None:
    """Both agree to a thousandth of the largest number: as close as `tolerance` says."""
    record: dict[str, Any] = LIBRARY[name]
    inputs = [np.array(record[each]) for each in ("rows", "targets", "asked")]
    (actual,) = learners.REFERENCES[record["block"]](record["arguments"], inputs)
    expected = np.array(record["predicted"])
    assert actual.shape == expected.shape
    if record["labels"]:
        assert actual.tolist() == expected.tolist()
    else:
        np.testing.assert_allclose(actual, expected, atol=record["close"] * abs(expected).max())
