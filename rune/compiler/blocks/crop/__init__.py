"""The block `crop`: a part of an image. The C is in crop.h."""

from __future__ import annotations

from pathlib import Path

from rune.compiler.blocks.image_places import SIZE
from rune.compiler.blocks.meaning import PICTURE
from rune.compiler.blocks.refusals import ANY_NUMBERS, image_input
from rune.compiler.blocks.signature import (
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
    """Where the part starts, in one direction."""
    whole = image.dimensions[1 if size == "height" else 2]
    wanted, given = integer(arguments, size), integer(arguments, start)
    if wanted > whole:
        raise BlockError(f"{image} has a {size} of {whole}, less than {wanted}", argument=size)
    if given == _CENTRE:
        return (whole - wanted) // 2
    if given + wanted > whole:
        raise BlockError(
            f"{wanted} from {given} on end beyond the {size} of {image}: {start} can be {whole - wanted} at most",
            argument=start,
        )
    return given


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
