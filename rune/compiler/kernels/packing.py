"""Shared parts of the packers of all kernel sets: constants as bytes, and biases that include a zero point's part."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rune.compiler.anvil.kernel_call import ConstantPointer, KernelStructure
from rune.compiler.anvil.ops.convolution.wide_sums import NearestRescaling, ShortRescaling, SumRescaling, WideRescaling
from rune.compiler.anvil.ops.numbers.rescaling import OutputRange
from rune.compiler.anvil.requantisation.fixed_point import Integers, Multiplier
from rune.compiler.anvil.requantisation.proven_integers import ProvenIntegers

C_TYPES = {
    "float32": "float",
    "int8": "int8_t",
    "int16": "int16_t",
    "int32": "int32_t",
    "int64": "int64_t",
    "uint8": "uint8_t",
}
"""C's names of NumPy's element types."""


def int8s(values: NDArray[np.generic]) -> ConstantPointer:
    """The values as int8_t; they were checked to fit."""
    return ConstantPointer("int8_t", values.astype(np.int8).tobytes())


def int16s(values: NDArray[np.generic]) -> ConstantPointer:
    """The values as int16_t; they were checked to fit."""
    return ConstantPointer("int16_t", values.astype("<i2").tobytes())


def int32s(values: NDArray[np.generic]) -> ConstantPointer:
    """The values as int32_t; they were checked to fit."""
    return ConstantPointer("int32_t", values.astype("<i4").tobytes())


def int64s(values: NDArray[np.generic]) -> ConstantPointer:
    """The values as int64_t."""
    return ConstantPointer("int64_t", values.astype("<i8").tobytes())


def float32s(values: NDArray[np.generic]) -> ConstantPointer:
    """The values as float."""
    return ConstantPointer("float", values.astype("<f4").tobytes())


def wrapped(values: Integers) -> Integers:
    """The values as 32 bits hold them: the kernels' sums wrap, and so may what they start from."""
    return ((values + 2**31) % 2**32) - 2**31


def folded_bias(bias: NDArray[np.generic], weight_sums: Integers, input_zero_point: int) -> Integers:
    """The bias minus the input's zero point times each channel's sum of weights."""
    return wrapped(bias.astype(np.int64) - input_zero_point * weight_sums)


def one_rounding(integers: ProvenIntegers, to: OutputRange) -> KernelStructure:
    """`struct rune_requantize_once` (common/rescale.h): one mantissa an output."""
    return KernelStructure(
        "struct rune_requantize_once",
        (
            ("mantissa", int64s(integers.mantissas)),
            ("shift", int32s(integers.shifts)),
            ("zero_point", to.zero_point),
            ("minimum", to.minimum),
            ("maximum", to.maximum),
        ),
    )


def sum_rounding(rescaling: SumRescaling) -> tuple[str, KernelStructure]:
    """Returns the end of the kernel's name for the rounding of sums to int16, and the structure that it needs."""
    match rescaling:
        case WideRescaling():
            return "wide", wide_rounding(rescaling)
        case ShortRescaling():
            return "short", two_roundings(rescaling.multipliers, rescaling.output)
        case NearestRescaling():
            return "nearest", nearest_rounding(rescaling.scales, 0, rescaling.minimum, rescaling.maximum)
        case _:
            raise TypeError(f"no kernel has {type(rescaling).__name__}")


def nearest_rounding(scales: Sequence[float], zero_point: int, minimum: int, maximum: int) -> KernelStructure:
    """`struct rune_requantize_nearest` (common/rescale.h): one scale of double precision a channel."""
    fields = (
        ("scale", ConstantPointer("double", np.array(scales, "<f8").tobytes())),
        ("zero_point", zero_point),
        ("minimum", minimum),
        ("maximum", maximum),
    )
    return KernelStructure("struct rune_requantize_nearest", fields)


def wide_rounding(rescaling: WideRescaling) -> KernelStructure:
    """`struct rune_requantize_wide` (common/rescale_wide.h): one multiplier a channel."""
    return KernelStructure(
        "struct rune_requantize_wide",
        (
            ("mantissa", int16s(rescaling.mantissas)),
            ("shift", int8s(rescaling.shifts)),
            ("minimum", rescaling.minimum),
            ("maximum", rescaling.maximum),
        ),
    )


def two_roundings(multipliers: Sequence[Multiplier], to: OutputRange) -> KernelStructure:
    """`struct rune_requantize_twice` (common/rescale.h): one multiplier a channel, right for every sum."""
    return KernelStructure(
        "struct rune_requantize_twice",
        (
            ("mantissa", int32s(np.array([each.mantissa for each in multipliers], np.int64))),
            ("exponent", int8s(np.array([each.exponent for each in multipliers], np.int64))),
            ("zero_point", to.zero_point),
            ("minimum", to.minimum),
            ("maximum", to.maximum),
        ),
    )
