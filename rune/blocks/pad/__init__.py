"""The block `pad`: fills a tensor whose sizes each run decides up to its capacity. The C is in pad.h."""

from __future__ import annotations

import struct
from pathlib import Path

from rune.arithmetic import round_f32
from rune.blocks.meaning import SAME, Effect
from rune.blocks.signature import (
    Argument,
    ArgumentKind,
    Arguments,
    Block,
    BlockCode,
    BlockError,
    BlockOutput,
    Category,
    RunTimeSizes,
    real,
)
from rune.tensor import ElementType, TensorType

# fmt: off
_FORMATS = {
    ElementType.U8: "B", ElementType.I8: "b", ElementType.U16: "H", ElementType.I16: "h", ElementType.U32: "I",
    ElementType.I32: "i", ElementType.U64: "Q", ElementType.I64: "q", ElementType.F32: "f", ElementType.F64: "d",
}
# fmt: on
_EXACT = 2.0**53


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    if len(inputs) != 1:
        raise BlockError(f"pad takes 1 input and not {len(inputs)}")
    type_ = inputs[0]
    if type_.element is ElementType.UTF8:
        raise BlockError(f"pad takes numbers and not {type_}", input_index=0)
    if type_.is_fixed:
        raise BlockError(f"pad takes a tensor whose sizes each run decides; {type_} is full already", input_index=0)
    _filling(type_.element, real(arguments, "value"))
    return (
        BlockOutput(type_.at_capacity()),
        BlockOutput(TensorType(ElementType.U32, (len(type_.run_time),))),
    )


def _filling(element: ElementType, value: float) -> bytes:
    """An element of this value. Raises `BlockError` where the type has none."""
    if element.is_float:
        return struct.pack(f"<{_FORMATS[element]}", round_f32(value) if element is ElementType.F32 else value)
    try:
        if not value.is_integer() or abs(value) > _EXACT:
            raise struct.error
        return struct.pack(f"<{_FORMATS[element]}", int(value))
    except struct.error:
        raise BlockError(f"{value:g} is no {element}", argument="value") from None


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    type_ = inputs[0]
    sizes = struct.pack(f"<{len(type_.dimensions)}i", *type_.dimensions)
    is_open = bytes(axis in type_.run_time for axis in range(len(type_.dimensions)))
    return BlockCode(
        "rune_block_pad",
        constants=(sizes, is_open, _filling(type_.element, real(arguments, "value"))),
        numbers=(len(type_.dimensions), type_.element.size),
    )


BLOCK = Block(
    name="pad",
    summary="Fills a tensor up to its capacity, so that it has the same sizes in every run.",
    header=Path(__file__).parent / "pad.h",
    arguments=(
        Argument(
            "value",
            ArgumentKind.FLOAT,
            "What is filled in.",
            default=0.0,
            minimum=-3.4028234663852886e38,
            maximum=3.4028234663852886e38,
        ),
    ),
    outputs=_outputs,
    code=_code,
    run_time_sizes=RunTimeSizes.POINTER,
    effects=(SAME, Effect()),
    category=Category.SHAPES,
)
