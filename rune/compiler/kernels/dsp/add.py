"""ADD and SUB without broadcasting: what each byte of an input adds, as tables."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, OutputPointer
from rune.compiler.anvil.kernel_set import Cost
from rune.compiler.anvil.ops.elementwise.add import AddInt8
from rune.compiler.anvil.program import Number
from rune.compiler.kernels.dsp.rounding import FARTHEST_SUM, ending, is_right_shift
from rune.compiler.kernels.packing import int32s, two_roundings


def estimate(op: AddInt8) -> Cost | None:
    reach = int(abs(op.left_terms).max() + abs(op.right_terms).max())
    if not op.is_dense or reach > FARTHEST_SUM or not is_right_shift(op.multiplier):
        return None
    return Cost(15 * op.shape.count, op.left_terms.nbytes)


def int8(op: AddInt8) -> KernelCall:
    return KernelCall(
        f"rune_add_int8_dense{ending(op.output)}",
        (
            InputPointer(0, "int8_t"),
            InputPointer(1, "int8_t"),
            OutputPointer(0, "int8_t"),
            int32s(op.left_terms),
            int32s(op.right_terms),
            Number(op.shape.count),
            two_roundings([op.multiplier], op.output),
        ),
    )


PACKERS = {AddInt8: int8}
ESTIMATES = {AddInt8: estimate}
