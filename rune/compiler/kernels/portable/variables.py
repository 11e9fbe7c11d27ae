"""READ_VARIABLE and ASSIGN_VARIABLE."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import Input, KernelCall, Output
from rune.compiler.anvil.ops.variables import Copy
from rune.compiler.anvil.program import Number


def copy(op: Copy) -> KernelCall:
    return KernelCall("rune_copy", (Input(0, "uint8_t"), Output(0, "uint8_t"), Number(op.size)))


PACKERS = {Copy: copy}
