"""LOGISTIC and TANH of int16."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import ConstantPointer, InputPointer, KernelCall, OutputPointer
from rune.compiler.anvil.ops.activations.sigmoid_int16 import SigmoidInt16, table_of_logistic
from rune.compiler.anvil.program import Number


def table_constant() -> ConstantPointer:
    """The logistic function."""
    return ConstantPointer("uint16_t", table_of_logistic().astype("<u2").tobytes())


def sigmoid(op: SigmoidInt16) -> KernelCall:
    numbers = (Number(op.count), Number(op.multiplier), Number(op.shift))
    return KernelCall(
        f"rune_{op.function.value}_of_int16",
        (InputPointer(0, "int16_t"), OutputPointer(0, "int16_t"), table_constant(), *numbers),
    )


PACKERS = {SigmoidInt16: sigmoid}
