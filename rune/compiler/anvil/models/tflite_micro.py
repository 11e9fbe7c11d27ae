"""The operators of Anvil that TFLite Micro supports: the tensor types of each, and conditions of its kernels.

A model with other operators has no TFLite Micro bits to reproduce. The table was measured with the interpreter, and a
test repeats that (`tests/rune/compiler/anvil/models/test_tflite_micro.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from rune.model.tflite import DetectionOptions, Model, Operator, Tensor, TensorKind, UnsupportedOp, operator_types

_BY_TYPES: Final[Mapping[str, str]] = {
    "FLOAT32": "ADD_N CEIL COS CUSTOM:TFLite_Detection_PostProcess DIV EXP FLOOR FLOOR_DIV FLOOR_MOD L2_NORMALIZATION "
    "L2_POOL_2D LOG LOG_SOFTMAX NEG ROUND SIN SQRT SQUARE",
    "FLOAT32 INT8": "DEPTH_TO_SPACE ELU HARD_SWISH PRELU RSQRT SPACE_TO_DEPTH SQUARED_DIFFERENCE",
    "FLOAT32 INT16": "ABS",
    "FLOAT32 INT32": "CUMSUM SUM ZEROS_LIKE",
    "FLOAT32 INT8 INT16": "AVERAGE_POOL_2D BATCH_MATMUL LEAKY_RELU LOGISTIC MAXIMUM MAX_POOL_2D MINIMUM RELU RELU6 "
    "SOFTMAX TANH UNPACK",
    "FLOAT32 INT8 INT32": "ARG_MAX ARG_MIN BATCH_TO_SPACE_ND EMBEDDING_LOOKUP FILL GATHER GATHER_ND MIRROR_PAD "
    "REDUCE_MAX REDUCE_MIN RESIZE_BILINEAR SPACE_TO_BATCH_ND",
    "FLOAT32 INT8 INT16 INT32": "ADD CONCATENATION DYNAMIC_UPDATE_SLICE MEAN MUL PACK PAD PADV2 "
    "RESIZE_NEAREST_NEIGHBOR SLICE SPLIT SPLIT_V STRIDED_SLICE SUB SVDF TRANSPOSE UNIDIRECTIONAL_SEQUENCE_LSTM",
    "FLOAT32 INT4 INT8 INT16 INT32 INT64": "CONV_2D DEPTHWISE_CONV_2D FULLY_CONNECTED TRANSPOSE_CONV",
    "FLOAT32 INT8 INT16 INT32 UINT8": "BROADCAST_TO EXPAND_DIMS RESHAPE REVERSE_V2 SQUEEZE",
    "FLOAT32 INT8 INT16 UINT8": "DEQUANTIZE QUANTIZE",
    "FLOAT32 INT8 INT16 UINT8 RESOURCE": "ASSIGN_VARIABLE CALL_ONCE READ_VARIABLE VAR_HANDLE",
    "BOOL": "LOGICAL_AND LOGICAL_NOT LOGICAL_OR",
    "BOOL FLOAT32 INT8 INT32": "EQUAL GREATER_EQUAL LESS LESS_EQUAL NOT_EQUAL",
    "BOOL FLOAT32 INT8 INT16": "SELECT_V2",
    "BOOL FLOAT32 INT8 INT16 INT32": "CAST GREATER IF WHILE",
}
TYPES: Final[Mapping[str, frozenset[TensorKind]]] = {
    op: frozenset(TensorKind[name] for name in names.split()) for names, ops in _BY_TYPES.items() for op in ops.split()
}

LACKING_REASON: Final = "which TFLite Micro lacks"


@dataclass(frozen=True)
class CheckedOperator:
    """An operator whose types are supported, for the check of further conditions."""

    operator: Operator
    kinds: frozenset[TensorKind]
    inputs: tuple[Tensor | None, ...]
    inner_counts: tuple[int, ...]
    """The number of elements of each intermediate tensor."""

    def input(self, number: int) -> Tensor | None:
        return self.inputs[number] if number < len(self.inputs) else None


def _weights(op: CheckedOperator) -> str | None:
    is_hybrid = TensorKind.FLOAT32 in op.kinds and op.kinds & {TensorKind.INT8, TensorKind.INT4}
    return LACKING_REASON if is_hybrid else None


def _transposed_weights(op: CheckedOperator) -> str | None:
    bias = op.input(3)
    if TensorKind.INT16 in op.kinds and bias is not None and bias.kind is TensorKind.INT32:
        return "whose bias of 32 bits TFLite Micro reads as one of 64"
    return _weights(op)


def _greater(op: CheckedOperator) -> str | None:
    return "which TFLite Micro compares in another way" if TensorKind.INT16 in op.kinds else None


def _while(_op: CheckedOperator) -> str | None:
    return "whose rounds TFLite Micro runs with other results"


def _quantize(op: CheckedOperator) -> str | None:
    """Returns None if unsigned bytes become signed ones, or the other way round."""
    is_there = TensorKind.UINT8 not in op.kinds or op.kinds == {TensorKind.UINT8, TensorKind.INT8}
    return None if is_there else LACKING_REASON


def _space_to_batch(op: CheckedOperator) -> str | None:
    paddings = op.input(2)
    is_known = paddings is not None and paddings.data is not None and not any(paddings.data)
    return None if is_known else "whose paddings TFLite Micro leaves as its memory was"


def _embedding_lookup(op: CheckedOperator) -> str | None:
    table = op.input(1)
    scales = table.quantization.scales if table is not None and table.quantization is not None else ()
    return "of which TFLite Micro uses one scale" if len(scales) > 1 else None


def _svdf(op: CheckedOperator) -> str | None:
    return None if op.input(3) is not None else "without a bias, which ends TFLite Micro"


def _lstm(op: CheckedOperator) -> str | None:
    return "whose inner tensors have numbers, which TFLite Micro refuses" if any(op.inner_counts) else None


def _detection(op: CheckedOperator) -> str | None:
    options = op.operator.options
    is_plain = isinstance(options, DetectionOptions) and (options.is_regular or options.max_classes_per_detection == 1)
    return None if is_plain else "with several classes a detection, whose order TFLite Micro changes"


_CONDITIONS: Final[Mapping[str, Callable[[CheckedOperator], str | None]]] = {
    "CONV_2D": _weights,
    "CUSTOM:TFLite_Detection_PostProcess": _detection,
    "DEPTHWISE_CONV_2D": _weights,
    "EMBEDDING_LOOKUP": _embedding_lookup,
    "FULLY_CONNECTED": _weights,
    "GREATER": _greater,
    "QUANTIZE": _quantize,
    "SPACE_TO_BATCH_ND": _space_to_batch,
    "SVDF": _svdf,
    "TRANSPOSE_CONV": _transposed_weights,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": _lstm,
    "WHILE": _while,
}


def lacking(model: Model) -> tuple[UnsupportedOp, ...]:
    """Returns the operators of a model file that TFLite Micro does not support, in the file's order, each combination
    of op and types once."""
    counts: Counter[tuple[str, str]] = Counter()
    for graph in (model, *model.subgraphs):
        for operator in graph.operators:
            why = _refusal(graph, operator)
            if why is not None:
                counts[operator.op, f"{operator_types(graph, operator)}, {why}"] += 1
    return tuple(UnsupportedOp(op, types, count) for (op, types), count in counts.items())


def _refusal(graph: Model, operator: Operator) -> str | None:
    kinds = frozenset(graph.tensors[index].kind for index in (*operator.inputs, *operator.outputs) if index >= 0)
    if not kinds <= TYPES.get(operator.op, frozenset()):
        return LACKING_REASON
    condition = _CONDITIONS.get(operator.op)
    inner = tuple(graph.tensors[index].count for index in operator.intermediates if index >= 0)
    return (
        None
        if condition is None
        else condition(CheckedOperator(operator, kinds, tuple(_inputs(graph, operator)), inner))
    )


def _inputs(graph: Model, operator: Operator) -> Iterator[Tensor | None]:
    return (graph.tensors[index] if index >= 0 else None for index in operator.inputs)
