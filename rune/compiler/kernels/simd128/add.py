"""ADD and SUB. For int8 of one shape a formula in single precision is tried, and kept only when it gives the
reference's byte for all 65,536 pairs of inputs; otherwise the exact arithmetic runs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, KernelStructure, OutputPointer
from rune.compiler.anvil.ops.elementwise.add import AddInt8
from rune.compiler.anvil.program import Number
from rune.compiler.kernels.packing import int32s
from rune.compiler.kernels.simd128.requantization import two_roundings

LANES = 4
"""Sums that are rescaled at a time."""


def int8(op: AddInt8) -> KernelCall:
    to = op.output
    pointers = (InputPointer(0, "int8_t"), InputPointer(1, "int8_t"), OutputPointer(0, "int8_t"))
    formula = proven_formula(op) if op.is_dense else None
    if formula:
        numbers = (op.shape.count, *map(float, formula), to.zero_point, to.minimum, to.maximum)
        return KernelCall("rune_add_int8_proven", (*pointers, *map(Number, numbers)))
    shape = KernelStructure("struct rune_broadcast", op.shape.fields)
    requantize = two_roundings([op.multiplier] * LANES, to)
    return KernelCall("rune_add_int8", (*pointers, int32s(op.left_terms), int32s(op.right_terms), shape, requantize))


def proven_formula(op: AddInt8) -> tuple[np.float32, np.float32, np.float32] | None:
    """Scales of both inputs and an offset for which single precision gives the reference's bytes, if any is found."""
    values = np.arange(-128, 128).astype(np.float32)
    (left_scale, left_zero), (right_scale, right_zero), output_scale, to = op.left, op.right, op.output_scale, op.output
    if max(left_scale, abs(right_scale)) / output_scale > 1024:
        return None  # the sums would leave the range in which the rounding trick is one
    expected = op.bytes()
    right_factor = np.float32(right_scale / output_scale)
    for stretch, shift in _attempts():
        left_factor = np.float32(left_scale / output_scale * (1 + stretch))
        offset = np.float32(-(left_scale * left_zero + right_scale * right_zero) / output_scale + shift)
        sums = (values * left_factor)[:, None] + (values * right_factor)[None, :] + offset
        if np.array_equal(np.clip(np.rint(sums) + to.zero_point, to.minimum, to.maximum), expected):
            return left_factor, right_factor, offset
    return None


def _attempts() -> Iterator[tuple[float, float]]:
    """Small changes of a scale and of the offset, the least first."""
    for stretch in (0.0, 1e-7, -1e-7, 2e-7, -2e-7):
        for size in (0.0, 2e-6, 5e-6, 1e-5, 2e-5, 4e-5):
            yield from ((stretch, size), (stretch, -size)) if size else ((stretch, size),)


PACKERS = {AddInt8: int8}
