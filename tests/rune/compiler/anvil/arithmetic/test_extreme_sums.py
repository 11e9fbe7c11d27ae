"""Quantised models whose intermediate numbers reach the ends of 32 bits: the reference kernels' bytes, all the same."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from rune.assessment.verify.instrumentation import ModelProbe
from rune.assessment.verify.models.probe import build_probe
from rune.compiler.anvil.errors import UnsupportedModel
from rune.compiler.targets.lookup import find_target
from rune.model.tflite import read_model
from rune.running.runtime.interpreters.tflite import open_tflite
from tests.support.cases import each_case
from tests.support.compiler.extreme_sums import connected, pointwise, rescaled
from tests.support.shares import mostly_proved

INPUTS = (-128, 127, 0, -127, 1)


def agree(data: bytes, inputs: Sequence[NDArray[np.int8]]) -> None:
    """The compiled model gives the reference's bytes for each input, in vectors and in portable C."""
    model = read_model(data)
    reference = open_tflite(data, reference=True)
    for target in ("wasm32", "wasm32-mvp"):
        probe = ModelProbe(build_probe(model, model.outputs, target=find_target(target)))
        for values in inputs:
            (expected,), (actual,) = (run.run([values.tobytes()]) for run in (reference, probe))
            assert np.frombuffer(actual, np.int8).tolist() == np.frombuffer(expected, np.int8).tolist()


def constants(count: int) -> list[NDArray[np.int8]]:
    """Inputs of one level each, then noise."""
    generator = np.random.default_rng(1)
    noise = [generator.integers(-128, 128, count).astype(np.int8) for _ in range(4)]
    return [np.full(count, level, np.int8) for level in INPUTS] + noise


@pytest.mark.slow
def test_a_sum_whose_distance_from_the_middle_leaves_32_bits_is_not_wrapped() -> None:
    """The least sum lies near -2**31 and the middle of the output above zero: their difference does not fit."""
    weights = np.full((1, 66_400), 127, np.int8)
    agree(pointwise(weights, [-(2**31) + 2**20 + 1], 127 / 6e8, "relu", -128), constants(66_400))


@pytest.mark.parametrize(
    "case",
    mostly_proved(product([0.75, 0.999999999, 1.0, 3.0, 1e-6, 1e6], [-(2**31), 2**31 - 1, 2**31 - 100, -(2**30)]), 4),
)
def test_a_convolution_with_a_bias_at_the_end_of_32_bits_is_the_references(case: tuple[float, int]) -> None:
    multiplier, bias = case
    weights = np.random.default_rng(3).integers(-127, 128, (3, 64)).astype(np.int8)
    agree(pointwise(weights, [bias, 0, -1000], multiplier, "none", -5), constants(64))


@pytest.mark.parametrize("multiplier", [0.9999 * 2.0**-31, 0.501 * 2.0**-31])
def test_multipliers_that_leave_one_of_the_largest_sums_alone_are_the_references(multiplier: float) -> None:
    biases = (2**31 - 1, -(2**31), 2**31 - 2**20, 2**30 + 5, 2**30, -(2**30), 2**30 - 1)
    agree(pointwise(np.zeros((len(biases), 64), np.int8), biases, multiplier, "none", -5), constants(64)[:1])


@each_case(("multiplier", "bias"), [(0.3, 2**31 - 1), (0.3, -(2**31)), (1.5, 2**29), (100.0, 2**23)])
def test_a_fully_connected_layer_up_to_32_bits_is_the_references(multiplier: float, bias: int) -> None:
    weights = np.random.default_rng(3).integers(-127, 128, (3, 64)).astype(np.int8)
    agree(connected(weights, [bias, 0, -1000], multiplier), constants(64))


@pytest.mark.parametrize(("multiplier", "bias"), [(1.5, 2**31 - 1), (1e6, 2**20), (0.999999999, 2**31 - 1)])
def test_a_fully_connected_layer_beyond_32_bits_is_left_to_the_host(multiplier: float, bias: int) -> None:
    model = read_model(connected(np.ones((1, 64), np.int8), [bias], multiplier))
    with pytest.raises(UnsupportedModel, match="leave 32 bits"):
        build_probe(model, model.outputs)


@each_case("scale", [2.0**-20, 0.7, 1.0, 1000.0, 2.0**20])
def test_bytes_of_scales_far_apart_are_the_references(scale: float) -> None:
    every = np.arange(-128, 128).astype(np.int8)
    agree(rescaled(scale), [every])


def test_bytes_of_scales_beyond_32_bits_are_left_to_the_host() -> None:
    model = read_model(rescaled(2.0**30))
    with pytest.raises(UnsupportedModel, match="leave 32 bits"):
        build_probe(model, model.outputs)
