"""Functions of int16 by a table."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import Input, KernelCall, Output
from rune.compiler.anvil.ops.interpolated_table import InterpolatedTable
from rune.compiler.anvil.program import Number
from rune.compiler.kernels.packing import int16s


def table(op: InterpolatedTable) -> KernelCall:
    return KernelCall(
        "rune_interpolated_table", (Input(0, "int16_t"), Output(0, "int16_t"), int16s(op.table), Number(op.count))
    )


PACKERS = {InterpolatedTable: table}
