"""The block `key_points`: where heat maps are hottest. The C is in key_points.h."""

from __future__ import annotations

from pathlib import Path

from rune.arithmetic import round_f32
from rune.blocks.refusals import FLOATS, checked_input
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

_RANK, _FIELDS = 4, 4


def _outputs(inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockOutput, ...]:
    if len(inputs) not in (1, 2):
        raise BlockError(f"key_points takes 1 or 2 inputs, heat maps and offsets, and not {len(inputs)}")
    maps = checked_input("key_points", inputs, 0, FLOATS, "heat maps")
    if len(maps.dimensions) != _RANK or maps.dimensions[0] != 1:
        message = f"key_points takes a heat map of each point, f32[1, rows, columns, points], and not {maps}"
        raise BlockError(message, input_index=0)
    _, rows, columns, points = maps.dimensions
    expected = TensorType(ElementType.F32, (1, rows, columns, 2 * points))
    if len(inputs) > 1 and inputs[1] != expected:
        raise BlockError(f"the offsets of {maps} are {expected}, and not {inputs[1]}", input_index=1)
    return (BlockOutput(TensorType(ElementType.F32, (points, _FIELDS), run_time=(0,))),)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    _, rows, columns, points = inputs[0].dimensions
    ending = "_with_offsets" if len(inputs) > 1 else ""
    numbers = tuple(round_f32(real(arguments, name)) for name in ("stride", "threshold"))
    return BlockCode(f"rune_key_points{ending}", numbers=(rows, columns, points, *numbers))


BLOCK = Block(
    name="key_points",
    summary="Finds where heat maps are hottest: the key points of a pose, a hand or a face.",
    header=Path(__file__).parent / "key_points.h",
    arguments=(
        Argument(
            "stride",
            ArgumentKind.FLOAT,
            "How far the cells of a heat map are apart, such as in pixels of the model's picture.",
            default=1.0,
            minimum=1e-6,
            maximum=1e6,
        ),
        Argument(
            "threshold",
            ArgumentKind.FLOAT,
            "The heat that a point must exceed to come out.",
            default=0.5,
            minimum=-1e30,
            maximum=1e30,
        ),
    ),
    outputs=_outputs,
    code=_code,
    category=Category.SCORES,
)
