"""Integers that stand for products of double precision: the same numbers for every sum, or none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from numpy.random import default_rng

from rune.compiler.anvil.requantisation.fixed_point import multiplier, nearest_products
from rune.compiler.anvil.requantisation.proven_integers import ProvenIntegers, prove_integers
from rune.compiler.targets.lookup import find_target
from tests.support.compiler.evaluated_graph import evaluated_outputs
from tests.support.compiler.model_judge import disagreements
from tests.support.models.reference.make_models import answers
from tests.support.models.reference.model_graph import ModelGraph


@pytest.mark.parametrize("reach", [40, 1000, 30_000])
def test_proven_integers_give_the_nearest_number_for_every_sum(reach: int) -> None:
    random = default_rng(reach)
    scales = random.uniform(0.5, 300.0, 40) / reach
    least, greatest = (random.integers(-reach, 0, 40), random.integers(0, reach, 40))
    rescaling = prove_integers(tuple(scales), least, greatest, -120, 127)
    assert rescaling is not None
    for channel, scale in enumerate(scales):
        sums = np.arange(least[channel], greatest[channel] + 1)
        exact = np.clip(nearest_products(sums[:, None], [scale])[:, 0], -120, 127)
        one = ProvenIntegers(rescaling.mantissas[[channel]], rescaling.shifts[[channel]])
        actual = one.rescaled(sums[:, None])[:, 0]
        assert np.array_equal(np.clip(actual, -120, 127), exact)


def rare_sum(scale: float) -> int:
    """One for which the nearest number is not what a multiplier of 31 bits gives."""
    by = multiplier(scale)
    random = default_rng(5)
    for level in map(int, random.integers(-120, 120, 4000)):
        for sum_ in (math.floor((level + 0.5) / scale), math.ceil((level + 0.5) / scale)):
            rounded = (sum_ * by.mantissa + (1 << (30 - by.exponent))) >> (31 - by.exponent)
            if rounded != int(nearest_products(np.array([[sum_]]), [scale])[0, 0]):
                return sum_
    return 0


INPUT_SCALE, OUTPUT_SCALE = 0.0123, 0.0457
WEIGHT_SCALES = [float(each) for each in default_rng(6).uniform(1e-6, 3e-6, 60).astype(np.float32)]
QUOTIENTS = [float(np.float32(INPUT_SCALE)) * each / float(np.float32(OUTPUT_SCALE)) for each in WEIGHT_SCALES]


def connected(sums: Sequence[int]) -> bytes:
    """A layer whose biases are the sums, for an input of 0."""
    graph = ModelGraph("connected")
    source = graph.input("x", (1, 1), "int8", INPUT_SCALE)
    weights = graph.constant("weights", np.ones((len(sums), 1), np.int8), WEIGHT_SCALES)
    bias = graph.constant("bias", np.array(sums, np.int32), 1.0)
    output = graph.tensor("y", (1, len(sums)), "int8", OUTPUT_SCALE)
    options: Any = schema.FullyConnectedOptionsT()
    graph.operator("FULLY_CONNECTED", [source, weights, bias], [output], options, 5)
    return graph.finish(output)


@pytest.mark.proof
def test_sums_that_31_bits_round_otherwise_are_the_references() -> None:
    rare_sums = [rare_sum(quotient) for quotient in QUOTIENTS]
    assert len([each for each in rare_sums if each]) > 20
    near = {f"{off} beside them": connected([each + off for each in rare_sums]) for off in (-1, 0, 1)}
    assert disagreements(near, (find_target("wasm32"), find_target("wasm32-mvp"))) == []


def layer_of(bits: int, part: int) -> ProvenIntegers | None:
    """One with sums of so many bits."""
    ends = np.array([1 - 2**bits]), np.array([2**bits - 1])
    return prove_integers((100 * (1 + part / 997) / 2**bits,), *ends, -128, 127)


def test_most_layers_need_no_double_precision() -> None:
    assert all(layer_of(bits, part) is not None for bits in (12, 18) for part in range(1, 61))
    assert sum(layer_of(24, part) is None for part in range(1, 61)) < 6


def test_sums_that_no_integers_fit_are_left_to_double_precision() -> None:
    assert None in [layer_of(31, part) for part in range(1, 61)]


def test_halves_on_both_sides_of_zero_are_left_to_double_precision() -> None:
    """The nearest number to a half lies away from zero; one number that is added moves all halves the same way."""
    both, above = (prove_integers((0.5,), np.array([least]), np.array([9]), -128, 127) for least in (-9, 0))
    assert both is None
    assert above is not None


@pytest.mark.slow
def test_without_bias_the_quotient_of_scales_is_in_double_precision() -> None:
    """A product of scales in single precision gives other bytes for these sums."""
    random, count = default_rng(7), 0
    for _ in range(80):
        scales = random.uniform(0.01, 0.09, 2).astype(np.float32)
        exact, single = float(scales[0]) * float(scales[1]), float(scales[0] * scales[1])
        result = float(np.float32(exact * 700_000 / 127))
        starts = [math.floor((level + 0.5) * result / exact) for level in range(-120, 120)]
        sums = np.array([start + off for start in starts for off in (0, 1)])[:, None]
        apart = nearest_products(sums, [exact / result]) != nearest_products(sums, [single / result])
        if apart.any():
            data, values = without_bias([int(each) for each in sums[apart]], float(scales[0]), float(scales[1]), result)
            assert evaluated_outputs(data, [[values]]) == answers(data, [[values]])
            count += 1
    assert count > 2


def without_bias(sums: Sequence[int], source_scale: float, weight_scale: float, result: float) -> tuple[bytes, bytes]:
    """A layer without a bias, and an input for which it has these sums: weights times 1, and times 100 again and
    again."""
    values = np.full(80, 100, np.int8)
    values[-1] = 1
    rows = np.zeros((len(sums), 80), np.int8)
    for row, left in zip(rows, sums, strict=True):
        for place, value in enumerate(values):
            row[place] = max(-127, min(127, int(left / int(value))))
            left -= int(row[place]) * int(value)
        assert left == 0
    graph = ModelGraph("without bias")
    source = graph.input("x", (1, 80), "int8", source_scale)
    weights = graph.constant("weights", rows, weight_scale)
    output = graph.tensor("y", (1, len(sums)), "int8", result)
    graph.operator("FULLY_CONNECTED", [source, weights, -1], [output], schema.FullyConnectedOptionsT(), 5)
    return graph.finish(output), values.tobytes()
