"""SVDF: weights as the model has them."""

from __future__ import annotations

import numpy as np

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, KernelStructure, OutputPointer
from rune.compiler.anvil.ops.recurrence.svdf import Filters, SvdfFloat32, SvdfInt8
from rune.compiler.anvil.program import Number
from rune.compiler.kernels.packing import float32s, folded_bias, int8s, int16s, int32s


def _sizes(filters: Filters) -> tuple[tuple[str, int], ...]:
    count, inputs = filters.features.shape
    return (
        ("batches", filters.batches),
        ("inputs", inputs),
        ("units", count // filters.rank),
        ("rank", filters.rank),
        ("memory", filters.memory),
    )


def int8(op: SvdfInt8) -> KernelCall:
    filters = op.filters
    sums = filters.features.astype(np.int64).sum(axis=1)
    return KernelCall(
        "rune_svdf_int8",
        (
            InputPointer(0, "int8_t"),
            OutputPointer(0, "int8_t"),
            OutputPointer(1, "int16_t"),
            int8s(filters.features),
            int16s(filters.times),
            KernelStructure(
                "struct rune_svdf_int8",
                (
                    *_sizes(filters),
                    ("sums", int32s(folded_bias(np.zeros(len(sums), np.int32), sums, op.input_zero_point))),
                    ("bias", int32s(filters.bias)),
                    ("kept_mantissa", op.to_state.mantissa),
                    ("kept_exponent", op.to_state.exponent),
                    ("made_mantissa", op.to_output.mantissa),
                    ("made_exponent", op.to_output.exponent),
                    ("zero_point", op.output.zero_point),
                ),
            ),
        ),
    )


def float32(op: SvdfFloat32) -> KernelCall:
    filters = op.filters
    return KernelCall(
        "rune_svdf_float32",
        (
            InputPointer(0, "float"),
            OutputPointer(0, "float"),
            OutputPointer(1, "float"),
            float32s(filters.features),
            float32s(filters.times),
            float32s(filters.bias),
            KernelStructure("struct rune_svdf", _sizes(filters)),
            Number(op.minimum),
            Number(op.maximum),
        ),
    )


PACKERS = {SvdfFloat32: float32, SvdfInt8: int8}
