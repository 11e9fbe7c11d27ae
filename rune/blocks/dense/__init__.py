"""The block `dense`: a layer of weights and biases that are known. The C is in dense.h."""

from __future__ import annotations

import struct
from pathlib import Path

from rune.blocks.refusals import FLOATS, numbers_of, only_input
from rune.blocks.signature import (
    Argument,
    ArgumentKind,
    Arguments,
    Block,
    BlockCode,
    BlockError,
    BlockOutput,
    Category,
)
from rune.tensor import ElementType, TensorType

MOST_WEIGHTS = 1 << 16
"""Weights of one layer."""


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    type_ = only_input("dense", inputs, FLOATS, "features")
    return (BlockOutput(TensorType(ElementType.F32, (1, len(_layer(type_, arguments)[1])))),)


def _layer(type_: TensorType, arguments: Arguments) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The weights of all outputs, and the bias of each."""
    weights, biases = numbers_of(arguments, "weights"), numbers_of(arguments, "biases")
    if not weights or len(weights) % type_.count or len(weights) > MOST_WEIGHTS:
        raise BlockError(
            f"each output has {type_.count} weights, as {type_} has elements, "
            f"and {len(weights)} numbers do not make such outputs",
            argument="weights",
        )
    count = len(weights) // type_.count
    if len(biases) not in (0, count):
        raise BlockError(f"write a bias for each of the {count} outputs, or none at all", argument="biases")
    return weights, biases or (0.0,) * count


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    weights, biases = _layer(inputs[0], arguments)
    return BlockCode(
        "rune_dense",
        constants=(struct.pack(f"<{len(weights)}f", *weights), struct.pack(f"<{len(biases)}f", *biases)),
        numbers=(inputs[0].count, len(biases)),
    )


BLOCK = Block(
    name="dense",
    summary="Gives weighted sums of its input, one for each output: a dense layer whose weights are known.",
    header=Path(__file__).parent / "dense.h",
    arguments=(
        Argument(
            "weights",
            ArgumentKind.TEXT,
            "The weights of the first output, then of the second, and so on; in a `$RESOURCE` where they are many.",
        ),
        Argument(
            "biases",
            ArgumentKind.TEXT,
            "The number that is added to each output; left out, 0.",
            default="",
        ),
    ),
    outputs=_outputs,
    code=_code,
    category=Category.SCORES,
)
