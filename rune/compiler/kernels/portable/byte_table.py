"""A byte for a byte."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import Constant, Input, KernelCall, Output
from rune.compiler.anvil.ops.byte_table import ByteTable
from rune.compiler.anvil.program import Number


def table(op: ByteTable) -> KernelCall:
    if op.is_flip:
        return KernelCall("rune_byte_flip", (Input(0, "uint8_t"), Output(0, "uint8_t"), Number(op.count)))
    entries = Constant("uint8_t", op.table.tobytes())
    return KernelCall("rune_byte_table", (Input(0, "uint8_t"), Output(0, "uint8_t"), entries, Number(op.count)))


PACKERS = {ByteTable: table}
