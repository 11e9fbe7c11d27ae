"""The arithmetic of requantisation, against whole numbers and fractions, and the proofs, against every sum there is."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from rune.compiler.anvil.errors import BadModel
from rune.compiler.anvil.lower import lower
from rune.compiler.anvil.operation import Contradiction
from rune.compiler.anvil.ops.numbers.rescaling import multipliers_of
from rune.compiler.anvil.requantisation.fixed_point import Integers, Multiplier, multiplier, rescale_twice
from rune.compiler.anvil.requantisation.proven_scale import ProvenScale, prove
from rune.compiler.anvil.requantisation.thresholds import Channels, RoundedOnce, RoundedTwice
from rune.compiler.targets.wasm32 import TARGET as WASM32
from rune.model.tflite import Quantization, read_model
from tests.support.compiler.pipelines import models_pipeline
from tests.support.models.model_cases import compiled_model
from tests.support.properties import examples


def half_up(value: Fraction) -> int:
    return (value + Fraction(1, 2)).__floor__()


def half_away(value: Fraction) -> int:
    return half_up(value) if value >= 0 else -half_up(-value)


reals = st.floats(1e-7, 8.0)
sums = st.integers(-(2**26), 2**26)


@given(reals)
def test_a_multiplier_is_the_nearest_of_31_bits(real: float) -> None:
    nearest = multiplier(real)
    assert 2**30 <= nearest.mantissa < 2**31
    error = abs(Fraction(nearest.mantissa) * Fraction(2) ** (nearest.exponent - 31) - Fraction(real))
    assert error <= Fraction(2) ** (nearest.exponent - 32)


def test_a_multiplier_too_small_to_matter_is_zero() -> None:
    assert multiplier(2.0**-40) == Multiplier(0, 0)
    assert multiplier(0.0) == Multiplier(0, 0)


@pytest.mark.slow
@given(reals, sums)
def test_two_roundings_go_up_then_away_from_zero(real: float, value: int) -> None:
    way = multiplier(real)
    left, right = max(way.exponent, 0), max(-way.exponent, 0)
    first = half_up(Fraction((value << left) * way.mantissa, 2**31))
    expected = half_away(Fraction(first, 2**right)) if right else first
    actual = rescale_twice(np.array([value]), np.array([way.mantissa]), np.array([way.exponent]))
    assert int(actual[0]) == expected


def kernel_values(scale: ProvenScale, sums: Integers, lowest: int, highest: int) -> Integers:
    """The values of simd128/requantize.h for sums [channel, any], in the same operations."""
    distances = sums - scale.move[:, None]
    values = distances.astype(np.float32) * scale.scale[:, None]
    offset = np.where((distances < 0) & scale.signed, -np.abs(scale.offset)[:, None], scale.offset[:, None])
    rounded = np.rint(values + offset).astype(np.int64)
    rounded += np.where(distances == scale.exceptions[:, None], scale.steps[:, None], 0)
    clamped: Integers = np.clip(rounded + scale.centre, lowest, highest)
    return clamped


def rounded_once(reals: NDArray[np.float64], least: Integers, greatest: Integers) -> Channels:
    """Returns channels like those of a fully connected layer; the first has thresholds where a product ends in a
    half."""
    return RoundedOnce(np.concatenate([[2.0**-6], reals[1:]]), least, greatest)


def rounded_twice(reals: NDArray[np.float64], least: Integers, greatest: Integers) -> Channels:
    """Returns channels like those of a convolution."""
    ways = [multiplier(float(real)) for real in reals]
    mantissas, exponents = (
        np.array(each) for each in zip(*((way.mantissa, way.exponent) for way in ways), strict=True)
    )
    return RoundedTwice(mantissas, exponents, least, greatest)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [rounded_once, rounded_twice])
@pytest.mark.parametrize("zero_point", [-128, 0, -5, 100])
@examples(5)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_proven_scale_is_right_for_every_sum(
    kind: Callable[[NDArray[np.float64], Integers, Integers], Channels], zero_point: int, seed: int
) -> None:
    generator = np.random.default_rng(seed)
    reals = np.exp(generator.uniform(np.log(2e-3), np.log(0.5), 8))
    channels = kind(reals, generator.integers(-60_000, -1, 8), generator.integers(0, 60_000, 8))
    lowest, highest = -128 - zero_point, 127 - zero_point
    scale = prove(channels, lowest, highest)
    assume(scale is not None)
    assert scale is not None
    sums = np.arange(-60_000, 60_000)[None, :]
    inside = (sums >= channels.least[:, None]) & (sums <= channels.greatest[:, None])
    wrong = kernel_values(scale, sums, lowest, highest) != channels.exact(sums, lowest, highest)
    assert not (wrong & inside).any()


def test_a_channel_that_gives_one_value_needs_no_search() -> None:
    channels = RoundedTwice(np.array([2**30]), np.array([-28]), np.array([2**30]), np.array([2**30 + 100]))
    scale = prove(channels, 0, 255)
    assert scale is not None
    assert (
        kernel_values(scale, np.array([[2**30, 2**30 + 100]]), 0, 255).tolist()
        == channels.exact(np.array([[2**30, 2**30 + 100]]), 0, 255).tolist()
    )


def test_sums_beyond_32_bits_are_left_to_the_exact_arithmetic() -> None:
    channels = RoundedTwice(np.array([2**30]), np.array([-8]), np.array([-(2**31)]), np.array([2**31]))
    assert prove(channels, -128, 127) is None


def test_infinity_has_an_exponent_that_no_shift_has() -> None:
    with pytest.raises(Contradiction, match="its scales are too far apart"):
        multipliers_of([1.0, math.inf])


def test_a_hard_swish_of_scales_too_far_apart_is_refused_by_name() -> None:
    model = read_model(compiled_model("hard_swish_i8_plain"))
    result = model.operators[0].outputs[0]
    tiny = replace(model.tensors[result], quantization=Quantization((1e-44,), (0,)))
    models = {"model": replace(model, tensors=(*model.tensors[:result], tiny, *model.tensors[result + 1 :]))}
    with pytest.raises(BadModel, match="its scales are too far apart"):
        lower(models_pipeline(models), models, WASM32)
