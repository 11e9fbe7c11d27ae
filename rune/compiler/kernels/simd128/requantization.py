"""Requantisation of a convolution's sums to bytes: the constants of `struct rune_requantize` (requantize.h)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rune.compiler.anvil.kernel_call import ConstantPointer, KernelStructure
from rune.compiler.anvil.ops.numbers.rescaling import OutputRange, sum_bounds
from rune.compiler.anvil.requantisation.fixed_point import Integers, Multiplier
from rune.compiler.anvil.requantisation.proven_scale import ScaleProof, proven_scale_of
from rune.compiler.anvil.requantisation.scale_search import Floats
from rune.compiler.anvil.requantisation.thresholds import Channels, RoundedOnce, RoundedTwice
from rune.compiler.kernels.packing import folded_bias, int32s, wrapped


def padded(values: Integers, multiple: int) -> Integers:
    """With zeros behind, up to a multiple of a count."""
    return np.concatenate([values, np.zeros(-len(values) % multiple, np.int64)])


@dataclass(frozen=True)
class Sums:
    """The bias of each channel that the kernel starts from, and the least and the greatest sum that it can reach."""

    bias: Integers
    least: Integers
    greatest: Integers


def sums_of(weights: Integers, bias: NDArray[np.generic], input_zero_point: int) -> Sums:
    """Returns the bounds of each channel's sums: `weights` are [channel, number], any bytes, or zero in a padding."""
    bounds = sum_bounds(weights, bias, input_zero_point)
    return Sums(folded_bias(bias, weights.sum(axis=1), input_zero_point), bounds.least, bounds.greatest)


def convolution_rounding(
    multipliers: Sequence[Multiplier], sums: Sums, to: OutputRange
) -> tuple[ConstantPointer, KernelStructure, ScaleProof | None]:
    """Returns for convolutions the biases, and the constants of requantisation in single precision where that is
    exact, with the proof of it; else those of the exact arithmetic, which needs none."""
    mantissas = np.array([each.mantissa for each in multipliers], np.int64)
    exponents = np.array([each.exponent for each in multipliers], np.int64)
    rounding = _single_precision(RoundedTwice(mantissas, exponents, sums.least, sums.greatest), sums.bias, to)
    return rounding or (int32s(padded(sums.bias, 8)), two_roundings(multipliers, to), None)


def dense_rounding(
    scales: Sequence[float], sums: Sums, to: OutputRange
) -> tuple[ConstantPointer, KernelStructure, ScaleProof] | None:
    """The same for fully connected layers; None where single precision is not exact."""
    return _single_precision(RoundedOnce(np.array(scales), sums.least, sums.greatest), sums.bias, to)


def shared_structure(structure: KernelStructure) -> KernelStructure:
    """The constants of single precision as kernels take them that layers share: `struct rune_requantize_shared`."""
    fields = dict(structure.fields)
    sign = -(2**31) if fields.pop("signed_offset") else 0
    return KernelStructure("struct rune_requantize_shared", (*fields.items(), ("sign", sign)))


def _single_precision(
    channels: Channels, bias: Integers, to: OutputRange
) -> tuple[ConstantPointer, KernelStructure, ScaleProof] | None:
    bounds = (to.minimum - to.zero_point, to.maximum - to.zero_point)
    proven_scale = proven_scale_of(channels, *bounds)
    if proven_scale is None:
        return None
    scale, proof = proven_scale
    structure = KernelStructure(
        "struct rune_requantize",
        (
            ("scale", _floats(scale.scale)),
            ("offset", _floats(scale.offset)),
            ("exceptions", int32s(padded(scale.exceptions, 8)) if scale.has_exceptions else None),
            ("steps", int32s(padded(scale.steps, 8)) if scale.has_exceptions else None),
            ("signed_offset", int(scale.signed)),
            ("zero_point", to.zero_point + scale.centre),
            ("minimum", to.minimum),
            ("maximum", to.maximum),
        ),
    )
    moved_bias = int32s(padded(wrapped(bias - scale.move), 8))
    return moved_bias, structure, proof


def _floats(values: Floats) -> ConstantPointer:
    full = np.concatenate([values, np.zeros(-len(values) % 8, np.float32)])
    return ConstantPointer("float", full.astype("<f4").tobytes())


def two_roundings(multipliers: Sequence[Multiplier], to: OutputRange) -> KernelStructure:
    """The exact arithmetic of convolutions and of ADD: one multiplier a channel, right for every sum."""
    exponents = np.array([each.exponent for each in multipliers], np.int64)
    mantissas = np.array([each.mantissa for each in multipliers], np.int64)
    factors = -(np.int64(1) << (31 - np.maximum(-exponents, 0)))
    left = np.int64(1) << np.clip(exponents, 0, 30)
    return KernelStructure(
        "struct rune_requantize",
        (
            ("multiplier", int32s(padded(mantissas, 8))),
            ("factor", int32s(padded(factors, 8))),
            ("left", int32s(padded(left, 8)) if (left > 1).any() else None),
            ("zero_point", to.zero_point),
            ("minimum", to.minimum),
            ("maximum", to.maximum),
        ),
    )
