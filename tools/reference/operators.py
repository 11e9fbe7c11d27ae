"""The page of the operators that Anvil compiles."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from zipfile import ZipFile

from rune.compiler.anvil.models.control_flow import MOST_OPERATORS, MOST_ROUNDS
from rune.compiler.anvil.models.support import unsupported_ops
from rune.compiler.anvil.ops import OPERATIONS
from rune.compiler.anvil.ops.activations.softmax import LONGEST_ROW
from rune.compiler.anvil.ops.reduction.mean import SUM_OF_INT8
from rune.compiler.anvil.ops.types import ELEMENTS_LIMIT
from rune.model.tflite import operator_types, read_model
from rune.running.runtime.interpreters.model_parts import WITHOUT_REFERENCE_KERNEL
from tools.reference.page import WRITTEN_BY, joined
from tools.setup import ROOT

MODELS = ROOT / "tests/support/models/reference/compiled.zip"


_MICRO_NAMES = """
ABS ADD ADD_N ARG_MAX ARG_MIN ASSIGN_VARIABLE AVERAGE_POOL_2D BATCH_MATMUL BATCH_TO_SPACE_ND BROADCAST_ARGS BROADCAST_TO
CALL_ONCE CAST CEIL CONCATENATION CONV_2D COS CUMSUM DEPTHWISE_CONV_2D DEPTH_TO_SPACE DEQUANTIZE DIV
DYNAMIC_UPDATE_SLICE ELU EMBEDDING_LOOKUP EQUAL EXP EXPAND_DIMS FILL FLOOR FLOOR_DIV FLOOR_MOD FULLY_CONNECTED GATHER
GATHER_ND GREATER GREATER_EQUAL HARD_SWISH IF L2_NORMALIZATION L2_POOL_2D LEAKY_RELU LESS LESS_EQUAL LOG LOGICAL_AND
LOGICAL_NOT LOGICAL_OR LOGISTIC LOG_SOFTMAX MAXIMUM MAX_POOL_2D MEAN MINIMUM MIRROR_PAD MUL NEG NOT_EQUAL PACK PAD PADV2
PRELU QUANTIZE READ_VARIABLE REDUCE_MAX REDUCE_MIN RELU RELU6 RESHAPE RESIZE_BILINEAR RESIZE_NEAREST_NEIGHBOR REVERSE_V2
ROUND RSQRT SELECT_V2 SHAPE SIN SLICE SOFTMAX SPACE_TO_BATCH_ND SPACE_TO_DEPTH SPLIT SPLIT_V SQRT SQUARE
SQUARED_DIFFERENCE SQUEEZE STRIDED_SLICE SUB SUM SVDF TANH TRANSPOSE TRANSPOSE_CONV UNIDIRECTIONAL_SEQUENCE_LSTM UNPACK
VAR_HANDLE WHILE ZEROS_LIKE CUSTOM:TFLite_Detection_PostProcess
"""


MICRO: Final = frozenset(_MICRO_NAMES.split())
"""The operators of TensorFlow Lite Micro's resolver, without those for signals and for a vendor's processors."""


def _beside_micro(compiled_operators: Collection[str]) -> str:
    """A sentence. Raises `ValueError` for an operator of TensorFlow Lite Micro that is not compiled: the page must then
    say why."""
    if lacking := sorted(MICRO - set(compiled_operators)):
        raise ValueError(f"operators of TensorFlow Lite Micro that are not compiled: {', '.join(lacking)}")
    return (
        f"All {len(MICRO)} operators of TensorFlow Lite Micro (without those for signals and for one vendor's "
        "processors) are compiled, with the types of the table above, whose last column names them."
    )


def operators_page() -> str:
    """Writes the page of Anvil's operators, by the models that its tests compare with the reference."""
    targets_of: dict[str, set[str]] = {op: set() for op in OPERATIONS}
    with ZipFile(MODELS) as pack:
        models = [pack.read(name) for name in sorted(pack.namelist()) if name.endswith(".tflite")]
    for data in models:
        model = read_model(data)
        if unsupported_ops(model):
            continue
        for operator in model.operators:
            targets_of.setdefault(operator.op, set()).add(operator_types(model, operator))
    rows = ["| operator | types | Micro |", "| --- | --- | --- |"]
    rows += sorted(
        f"| {op.removeprefix('CUSTOM:')} | {', '.join(sorted(types))} | {'yes' if op in MICRO else ''} |"
        for op, types in targets_of.items()
    )
    return joined(
        [
            "# Operators",
            WRITTEN_BY,
            "The ops that can be compiled into a rune. For each of them the tests have models "
            "whose results are compared, byte for byte for integers, with those of LiteRT's reference kernels.",
            "\n".join(rows),
            "A model with other ops builds too: the rune embeds it, and its host runs it. The build "
            "names these ops and their types, as `rune model-info` does.",
            "## Beside TensorFlow Lite Micro",
            _beside_micro(targets_of),
            "## Conditions",
            "\n".join(
                (
                    "* Weights and biases are constants of the model, not packed as sparse or shuffled.",
                    "* int8, uint8 and int16 tensors have one scale each; int8 weights of convolutions and fully "
                    "connected layers may have one a channel, with a zero point of 0; biases are int32.",
                    "* int16 tensors have a zero point of 0. Weights beside them are int8 and biases int64, as "
                    "converters make them for int16x8, or int32 where the operator says so; the factors of "
                    "BATCH_MATMUL are both int16. In most other operators LiteRT's reference kernels refuse int16, or "
                    "give something else than the operator's function.",
                    "* Convolutions, depthwise convolutions and fully connected layers of float32 may have int8 "
                    "weights (dynamic-range quantisation); "
                    "products of matrices too, of rows with one matrix"
                    " of weights that has one scale and a zero point of 0; transposed convolutions may not.",
                    "* Weights of float16, int8 or uint8 behind a DEQUANTIZE, as float16 quantisation makes them, are "
                    "unpacked when the rune is built: it holds them as float32.",
                    "* What slices, pads, transposes, repeats, joins or splits has constant sizes, and one scale and "
                    "zero point for all its tensors.",
                    "* uint8 is computed as int8, so an operator takes it wherever it takes int8, but for "
                    "SQUARED_DIFFERENCE, BATCH_MATMUL and ELU.",
                    "* The indices of GATHER, GATHER_ND and EMBEDDING_LOOKUP are constants, or come while the model "
                    "runs; one that is beyond the tensor ends the run with an error. EMBEDDING_LOOKUP gives its "
                    "table's type, or float32 of an int8 table.",
                    "* TFLite_Detection_PostProcess takes floats, or uint8 for boxes, scores and anchors; places "
                    "beyond the last detection hold zeros, and a box that ends before it begins ends the run with an "
                    "error.",
                    f"* SUM takes float32 and uint8. It is not compiled for int8, {SUM_OF_INT8}: the host runs such a "
                    "model with those kernels. MEAN of int8 is compiled.",
                    f"* A row of int8 SOFTMAX has at most {LONGEST_ROW:,} numbers.",
                    "* RSQRT of int8 has numbers from zero on: its input's zero point is -128.",
                    "* Operators of two inputs have at most five dimensions. Integer inputs and output of "
                    "MINIMUM, MAXIMUM and RESIZE_BILINEAR have the same scale and zero point.",
                    "* Fused activations are those that bound a value: RELU, RELU6, RELU_N1_TO_1, or none. An "
                    "operator that can have a fused activation gives the largest finite float32 in place of infinity, "
                    "as the reference kernels do.",
                    f"* LiteRT has no reference kernel for {', '.join(sorted(WITHOUT_REFERENCE_KERNEL))}: results are "
                    "compared with those of LiteRT's other kernel, and all else in the model with the reference "
                    "kernels. Such a model is compiled, but not compared, if it has variables or a graph that it calls "
                    "has the operator.",
                    "* FLOOR_DIV by zero ends the run with an error.",
                    "* ARG_MAX and ARG_MIN pass over NaN. If the last dimension has up to about 10 numbers, LiteRT "
                    "may also pass over numbers beside a NaN. TensorFlow Lite Micro returns the index of a NaN that "
                    "is first.",
                    f"* A tensor has between 1 and {ELEMENTS_LIMIT:,} elements, and a size that is known.",
                    "* A variable (VAR_HANDLE, CALL_ONCE) has one type and shape, and is assigned before it is read: "
                    "by the graph that is called once, of constants, or by the model. What a model keeps between runs "
                    "is kept in the rune, from its start.",
                    "* int8 convolutions, depthwise convolutions and fully connected layers may have weights of 4 "
                    "bits; a rune holds them as bytes.",
                    "* The condition of IF, or of each round of WHILE, follows from constants. That of an IF may be "
                    "known only while the model runs, if its branches keep nothing and cannot fail: both are computed. "
                    "So may that of a WHILE, if it holds a bound that follows from constants, such as a counter: all "
                    f"rounds are computed. A model has at most {MOST_ROUNDS:,} rounds, and {MOST_OPERATORS:,} "
                    "operators in all of them.",
                    "* int32 that is not quantised is added, subtracted, multiplied, compared, selected and cast.",
                    "* SVDF of int8 has a state and weights over time of 16 bits and the activation RELU. "
                    "UNIDIRECTIONAL_SEQUENCE_LSTM has no peepholes, projection, normalisation of layers or coupled "
                    "gates, and in int8 cells of 16 bits.",
                )
            ),
        ]
    )
