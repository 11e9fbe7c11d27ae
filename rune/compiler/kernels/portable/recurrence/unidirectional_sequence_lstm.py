"""UNIDIRECTIONAL_SEQUENCE_LSTM: weights gate by gate, sums that begin with bias and zero point."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rune.compiler.anvil.kernel_call import (
    InputPointer,
    KernelArgument,
    KernelCall,
    KernelStructure,
    OutputPointer,
    Scratch,
)
from rune.compiler.anvil.ops.recurrence.unidirectional_sequence_lstm import GATES, LstmFloat32, LstmInt8, LstmShape
from rune.compiler.anvil.program import Number
from rune.compiler.anvil.requantisation.fixed_point import Multiplier
from rune.compiler.kernels.packing import float32s, folded_bias, int8s, int32s


def _sizes(sequence: LstmShape) -> tuple[tuple[str, int], ...]:
    return (
        ("steps", sequence.steps),
        ("batches", sequence.batches),
        ("inputs", sequence.inputs),
        ("units", sequence.units),
        ("step_rows", sequence.batches if sequence.time_major else 1),
        ("batch_rows", 1 if sequence.time_major else sequence.steps),
    )


def _parts(name: str, multipliers: Sequence[Multiplier]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    return (
        (f"{name}_mantissas", tuple(each.mantissa for each in multipliers)),
        (f"{name}_exponents", tuple(each.exponent for each in multipliers)),
    )


def int8_structure(op: LstmInt8) -> KernelStructure:
    """Sizes and scales, for each kernel of int8."""
    scales = op.scales
    minimum, maximum = op.cell_bounds
    of_input = folded_bias(op.bias, op.weights.astype(np.int64).sum(axis=2), scales.input_zero_point)
    of_hidden = folded_bias(np.zeros_like(op.bias), op.recurrent.astype(np.int64).sum(axis=2), scales.hidden_zero_point)
    return KernelStructure(
        "struct rune_lstm_int8",
        (
            *_sizes(op.sequence),
            ("input_sums", int32s(of_input)),
            ("hidden_sums", int32s(of_hidden)),
            *_parts("input", scales.inputs),
            *_parts("hidden", scales.hiddens),
            ("output_mantissa", scales.output.mantissa),
            ("output_exponent", scales.output.exponent),
            ("output_zero_point", scales.output_zero_point),
            ("cell_bits", scales.cell_bits),
            ("cell_minimum", minimum),
            ("cell_maximum", maximum),
        ),
    )


def int8_tensors(op: LstmInt8) -> tuple[KernelArgument, ...]:
    """Input, output, states, room for the gates, and weights."""
    return (
        InputPointer(0, "int8_t"),
        OutputPointer(0, "int8_t"),
        OutputPointer(1, "int8_t"),
        OutputPointer(2, "int16_t"),
        Scratch("int16_t", 2 * GATES * op.sequence.units),
        int8s(op.weights),
        int8s(op.recurrent),
    )


def int8(op: LstmInt8) -> KernelCall:
    return KernelCall("rune_lstm_int8", (*int8_tensors(op), int8_structure(op)))


def float32(op: LstmFloat32) -> KernelCall:
    return KernelCall(
        "rune_lstm_float32",
        (
            InputPointer(0, "float"),
            OutputPointer(0, "float"),
            OutputPointer(1, "float"),
            OutputPointer(2, "float"),
            Scratch("float", 4 * GATES * op.sequence.units),
            float32s(op.weights),
            float32s(op.recurrent),
            float32s(op.bias),
            KernelStructure("struct rune_lstm", _sizes(op.sequence)),
            Number(op.cell_clip),
        ),
    )


PACKERS = {LstmFloat32: float32, LstmInt8: int8}
