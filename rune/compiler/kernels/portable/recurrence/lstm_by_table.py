"""UNIDIRECTIONAL_SEQUENCE_LSTM of int8 as TFLite Micro computes it."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import KernelCall
from rune.compiler.anvil.ops.recurrence.unidirectional_sequence_lstm import LstmInt8ByTable, places_of
from rune.compiler.anvil.program import Number
from rune.compiler.kernels.portable.activations.sigmoid_int16 import table_constant
from rune.compiler.kernels.portable.recurrence.unidirectional_sequence_lstm import int8_structure, int8_tensors


def int8(op: LstmInt8ByTable) -> KernelCall:
    places = (Number(each) for each in places_of(op.scales.cell_bits))
    return KernelCall("rune_lstm_int8_by_table", (*int8_tensors(op), table_constant(), int8_structure(op), *places))


PACKERS = {LstmInt8ByTable: int8}
