"""READ_VARIABLE and ASSIGN_VARIABLE."""

from __future__ import annotations

from rune.anvil.kernel_call import Input, KernelCall, Output
from rune.anvil.ops.variables import Copy
from rune.anvil.program import Number


def copy(op: Copy) -> KernelCall:
    return KernelCall("rune_copy", (Input(0, "uint8_t"), Output(0, "uint8_t"), Number(op.size)))


PACKERS = {Copy: copy}
