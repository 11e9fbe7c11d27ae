"""LOG."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, OutputPointer
from rune.compiler.anvil.ops.activations.log import LogFloat32
from rune.compiler.anvil.program import Number


def log(op: LogFloat32) -> KernelCall:
    return KernelCall("rune_log_float32", (InputPointer(0, "float"), OutputPointer(0, "float"), Number(op.count)))


PACKERS = {LogFloat32: log}
