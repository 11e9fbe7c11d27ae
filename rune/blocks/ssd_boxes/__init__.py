"""The block `ssd_boxes`: what an SSD detector gives for each anchor, as boxes. The C is in ssd_boxes.h."""

from __future__ import annotations

import struct
from pathlib import Path

from rune.arithmetic import round_f32
from rune.blocks.common.detections import SIDES, boxes
from rune.blocks.refusals import numbers_of
from rune.blocks.signature import (
    Argument,
    ArgumentKind,
    Arguments,
    Block,
    BlockCode,
    BlockError,
    BlockOutput,
    Category,
    HostText,
    real,
)
from rune.tensor import ElementType, TensorType

_SCALES = ("y_scale", "x_scale", "h_scale", "w_scale")


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    if len(inputs) != 1:
        raise BlockError(f"ssd_boxes takes 1 input, a code for each anchor, and not {len(inputs)}")
    rows = boxes("ssd_boxes", inputs, 0)
    anchors = _anchors(arguments)
    if len(anchors) != rows * SIDES:
        raise BlockError(
            f"{inputs[0]} needs {rows} anchors of 4 numbers, and there are {len(anchors)} numbers", argument="anchors"
        )
    return (BlockOutput(TensorType(ElementType.F32, (rows, SIDES))),)


def _anchors(arguments: Arguments) -> tuple[float, ...]:
    if isinstance(arguments["anchors"], HostText):
        raise BlockError(
            "the anchors belong to the model, and are compiled in: give the resource a path", argument="anchors"
        )
    return numbers_of(arguments, "anchors")


def _code(_inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    anchors = [round_f32(each) for each in _anchors(arguments)]
    return BlockCode(
        "rune_ssd_boxes",
        constants=(struct.pack(f"<{len(anchors)}f", *anchors),),
        numbers=(len(anchors) // SIDES, *(round_f32(real(arguments, name)) for name in _SCALES)),
    )


def _scale(name: str, default: float, of: str) -> Argument:
    return Argument(name, ArgumentKind.FLOAT, f"What {of} is divided by.", default=default, minimum=1e-6, maximum=1e6)


BLOCK = Block(
    name="ssd_boxes",
    summary="Makes boxes of what an SSD detector gives for each anchor.",
    header=Path(__file__).parent / "ssd_boxes.h",
    arguments=(
        Argument(
            "anchors",
            ArgumentKind.LONG_TEXT,
            "For each anchor its middle and its size: y, x, height, width, one anchor a line.",
        ),
        _scale("y_scale", 10.0, "the shift downwards"),
        _scale("x_scale", 10.0, "the shift to the right"),
        _scale("h_scale", 5.0, "the logarithm of the height"),
        _scale("w_scale", 5.0, "the logarithm of the width"),
    ),
    outputs=_outputs,
    code=_code,
    category=Category.SCORES,
)
