"""BATCH_MATMUL: where the matrices begin."""

from __future__ import annotations

import numpy as np

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, KernelStructure, OutputPointer
from rune.compiler.anvil.ops.convolution.batch_matmul import (
    BatchMatMulFloat32,
    BatchMatMulInt8,
    BatchMatMulInt16,
    Matrices,
)
from rune.compiler.anvil.program import Number
from rune.compiler.kernels.packing import int32s, two_roundings, wide_rounding


def int8(op: BatchMatMulInt8) -> KernelCall:
    return KernelCall(
        "rune_batch_matmul_int8",
        (
            InputPointer(0, "int8_t"),
            InputPointer(1, "int8_t"),
            OutputPointer(0, "int8_t"),
            _structure(op.matrices),
            Number(op.left_zero_point),
            Number(op.right_zero_point),
            two_roundings([op.multiplier], op.output),
        ),
    )


def int16(op: BatchMatMulInt16) -> KernelCall:
    return KernelCall(
        "rune_batch_matmul_int16",
        (
            InputPointer(0, "int16_t"),
            InputPointer(1, "int16_t"),
            OutputPointer(0, "int16_t"),
            _structure(op.matrices),
            wide_rounding(op.output),
        ),
    )


def float32(op: BatchMatMulFloat32) -> KernelCall:
    return KernelCall(
        "rune_batch_matmul_float32",
        (InputPointer(0, "float"), InputPointer(1, "float"), OutputPointer(0, "float"), _structure(op.matrices)),
    )


def _structure(matrices: Matrices) -> KernelStructure:
    return KernelStructure(
        "struct rune_matrices",
        (
            ("count", len(matrices.left_starts)),
            ("rows", matrices.rows),
            ("columns", matrices.columns),
            ("depth", matrices.depth),
            ("left_row", matrices.left_row),
            ("left_depth", matrices.left_depth),
            ("right_depth", matrices.right_depth),
            ("right_column", matrices.right_column),
            ("left_starts", int32s(np.array(matrices.left_starts))),
            ("right_starts", int32s(np.array(matrices.right_starts))),
        ),
    )


PACKERS = {BatchMatMulInt8: int8, BatchMatMulInt16: int16, BatchMatMulFloat32: float32}
