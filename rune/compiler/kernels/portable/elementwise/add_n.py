"""ADD_N: a call for each tensor."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, OutputPointer
from rune.compiler.anvil.ops.elementwise.add_n import AddNFloat32
from rune.compiler.anvil.program import Number


def add_n(op: AddNFloat32) -> tuple[KernelCall, ...]:
    return tuple(
        KernelCall(
            "rune_add_n_next" if number else "rune_add_n_first",
            (InputPointer(number, "float"), OutputPointer(0, "float"), Number(op.count)),
        )
        for number in range(op.inputs)
    )


PACKERS = {AddNFloat32: add_n}
