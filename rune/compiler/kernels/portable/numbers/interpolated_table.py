"""Functions of int16 by a table."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, OutputPointer
from rune.compiler.anvil.ops.numbers.interpolated_table import InterpolatedTable
from rune.compiler.anvil.program import Number
from rune.compiler.kernels.packing import int16s


def table(op: InterpolatedTable) -> KernelCall:
    return KernelCall(
        "rune_interpolated_table",
        (InputPointer(0, "int16_t"), OutputPointer(0, "int16_t"), int16s(op.table), Number(op.count)),
    )


PACKERS = {InterpolatedTable: table}
