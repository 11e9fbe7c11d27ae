"""L2_NORMALIZATION and LOG_SOFTMAX."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, OutputPointer
from rune.compiler.anvil.ops.activations.rows_float32 import RowsFloat32
from rune.compiler.anvil.program import Number


def rows(op: RowsFloat32) -> KernelCall:
    name = "log_softmax" if op.is_log_softmax else "l2_normalization"
    return KernelCall(
        f"rune_{name}_float32",
        (InputPointer(0, "float"), OutputPointer(0, "float"), Number(op.rows), Number(op.columns)),
    )


PACKERS = {RowsFloat32: rows}
