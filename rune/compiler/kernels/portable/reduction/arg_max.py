"""ARG_MAX and ARG_MIN."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, OutputPointer
from rune.compiler.anvil.ops.reduction.arg_max import ArgExtreme
from rune.compiler.anvil.program import Number
from rune.compiler.kernels.packing import C_TYPES


def arg(op: ArgExtreme) -> KernelCall:
    which = "max" if op.is_maximum else "min"
    return KernelCall(
        f"rune_arg_{which}_{op.element.name}_{op.result.name}",
        (
            InputPointer(0, C_TYPES[op.element.name]),
            OutputPointer(0, C_TYPES[op.result.name]),
            Number(op.rows),
            Number(op.length),
            Number(op.columns),
        ),
    )


PACKERS = {ArgExtreme: arg}
