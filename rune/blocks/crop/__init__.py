"""The block `crop`: a part of an image. The C is in crop.h."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.common.image_places import SIZE
from rune.blocks.meaning import PICTURE
from rune.blocks.refusals import ANY_NUMBERS, image_input
from rune.blocks.signature import (
    Argument,
    ArgumentKind,
    Arguments,
    Block,
    BlockCode,
    BlockError,
    BlockOutput,
    Category,
    integer,
)
from rune.tensor import TensorType

_CENTRE = -1


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    image = image_input("crop", inputs, ANY_NUMBERS)
    _start(image, arguments, "height", "top")
    _start(image, arguments, "width", "left")
    size = (integer(arguments, "height"), integer(arguments, "width"))
    return (BlockOutput(TensorType(image.element, (1, *size, image.dimensions[3]))),)


def _start(image: TensorType, arguments: Arguments, size: str, start: str) -> int:
    """Returns where the part starts, in one direction."""
    whole = image.dimensions[1 if size == "height" else 2]
    length, position = integer(arguments, size), integer(arguments, start)
    if length > whole:
        raise BlockError(f"{image} has a {size} of {whole}, less than {length}", argument=size)
    if position == _CENTRE:
        return (whole - length) // 2
    if position + length > whole:
        raise BlockError(
            f"{length} from {position} on end beyond the {size} of {image}: {start} can be {whole - length} at most",
            argument=start,
        )
    return position


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    image = inputs[0]
    top, left = _start(image, arguments, "height", "top"), _start(image, arguments, "width", "left")
    pixel = image.dimensions[3] * image.element.size
    stride = image.dimensions[2] * pixel
    return BlockCode(
        "rune_crop",
        numbers=(
            top * stride + left * pixel,
            stride,
            integer(arguments, "height"),
            integer(arguments, "width") * pixel,
        ),
    )


BLOCK = Block(
    name="crop",
    summary="Cuts a part out of an image.",
    header=Path(__file__).parent / "crop.h",
    arguments=(
        *SIZE,
        Argument(
            "top",
            ArgumentKind.INTEGER,
            "The first row that is kept; -1 keeps the middle.",
            default=_CENTRE,
            minimum=_CENTRE,
            maximum=4095,
            unit="pixels",
        ),
        Argument(
            "left",
            ArgumentKind.INTEGER,
            "The first column that is kept; -1 keeps the middle.",
            default=_CENTRE,
            minimum=_CENTRE,
            maximum=4095,
            unit="pixels",
        ),
    ),
    outputs=_outputs,
    code=_code,
    effects=(PICTURE,),
    category=Category.IMAGES,
)
