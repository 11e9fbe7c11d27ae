"""SELECT_V2 and SELECT."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, KernelStructure, OutputPointer
from rune.compiler.anvil.ops.elementwise.select_v2 import SelectSteps


def select(op: SelectSteps) -> KernelCall:
    size = op.element.itemsize
    element = f"uint{8 * size}_t"
    names = ("condition_steps", "first_steps", "second_steps")
    shape = (("sizes", op.sizes), *zip(names, op.steps, strict=True))
    return KernelCall(
        f"rune_select_{size}",
        (
            InputPointer(0, "uint8_t"),
            InputPointer(1, element),
            InputPointer(2, element),
            OutputPointer(0, element),
            KernelStructure("struct rune_select", shape),
        ),
    )


PACKERS = {SelectSteps: select}
