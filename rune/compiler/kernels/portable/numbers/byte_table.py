"""A byte for a byte."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import ConstantPointer, InputPointer, KernelCall, OutputPointer
from rune.compiler.anvil.ops.numbers.byte_table import ByteTable
from rune.compiler.anvil.program import Number


def table(op: ByteTable) -> KernelCall:
    if op.is_flip:
        return KernelCall("rune_byte_flip", (InputPointer(0, "uint8_t"), OutputPointer(0, "uint8_t"), Number(op.count)))
    entries = ConstantPointer("uint8_t", op.table.tobytes())
    return KernelCall(
        "rune_byte_table", (InputPointer(0, "uint8_t"), OutputPointer(0, "uint8_t"), entries, Number(op.count))
    )


PACKERS = {ByteTable: table}
