"""The block `object_filter`: the objects of a detector that are certain enough. The C is in object_filter.h."""

from __future__ import annotations

from pathlib import Path

from rune.arithmetic import round_f32
from rune.blocks.signature import (
    Argument,
    ArgumentKind,
    Arguments,
    Block,
    BlockCode,
    BlockError,
    BlockOutput,
    Category,
    real,
)
from rune.tensor import ElementType, TensorType

_RANK, _BOX, _FIELDS = 3, 5, 6
_EXACT = 1 << 24
"""Classes whose number f32 holds."""


def _outputs(inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockOutput, ...]:
    if len(inputs) != 1:
        raise BlockError(f"object_filter takes 1 input, what a detector gives, and not {len(inputs)}")
    rows = inputs[0]
    fits = len(rows.dimensions) == _RANK and rows.dimensions[0] == 1 and _BOX < rows.dimensions[2] <= _BOX + _EXACT
    if rows.element is not ElementType.F32 or not fits:
        message = (
            "object_filter takes rows of x, y, height, width, objectness and a score for each class, "
            f"f32[1, rows, 5 + classes], and not {rows}"
        )
        raise BlockError(message, input_index=0)
    return (BlockOutput(TensorType(ElementType.F32, (rows.dimensions[1], _FIELDS), run_time=(0,))),)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    _, rows, fields = inputs[0].dimensions
    return BlockCode("rune_object_filter", numbers=(rows, fields, round_f32(real(arguments, "threshold"))))


BLOCK = Block(
    name="object_filter",
    summary="Keeps the objects of a detector that are certain enough, each once.",
    header=Path(__file__).parent / "object_filter.h",
    arguments=(
        Argument(
            "threshold",
            ArgumentKind.FLOAT,
            "The objectness above which an object is kept.",
            default=0.7,
            minimum=-3.4028234663852886e38,
            maximum=3.4028234663852886e38,
        ),
    ),
    outputs=_outputs,
    code=_code,
    category=Category.SCORES,
)
