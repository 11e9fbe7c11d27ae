"""READ_VARIABLE and ASSIGN_VARIABLE."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, OutputPointer
from rune.compiler.anvil.ops.recurrence.variables import CopyTensor
from rune.compiler.anvil.program import Number


def copy(op: CopyTensor) -> KernelCall:
    return KernelCall("rune_copy", (InputPointer(0, "uint8_t"), OutputPointer(0, "uint8_t"), Number(op.size)))


PACKERS = {CopyTensor: copy}
