"""The block `letterbox`: an image in proportion inside of a frame. The C is in letterbox.h."""

from __future__ import annotations

from pathlib import Path

from rune.arithmetic import round_f32
from rune.blocks.common.image_places import (
    METHOD,
    SIZE,
    ImageAxis,
    bilinear_places,
    bilinear_places_1024,
    nearest_places,
)
from rune.blocks.meaning import PICTURE
from rune.blocks.refusals import BYTES, image_input
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
    real,
    text,
)
from rune.tensor import ElementType, TensorType

_ELEMENTS = (*BYTES, ElementType.F32)
_RANGES = {ElementType.U8: (0, 255), ElementType.I8: (-128, 127)}


def inner_size(height: int, width: int, frame_height: int, frame_width: int) -> tuple[int, int]:
    """The largest size in proportion that fits; the shorter side is rounded, halves up, and at least 1."""
    if frame_height * width <= frame_width * height:
        return frame_height, max((2 * width * frame_height + height) // (2 * height), 1)
    return max((2 * height * frame_width + width) // (2 * width), 1), frame_width


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    image = image_input("letterbox", inputs, _ELEMENTS)
    fill = real(arguments, "fill")
    low, high = _RANGES.get(image.element, (fill, fill))
    if not low <= fill <= high or (image.element in BYTES and not fill.is_integer()):
        raise BlockError(f"{fill:g} is no {image.element}, which holds {low} to {high}", argument="fill")
    size = (integer(arguments, "height"), integer(arguments, "width"))
    return (BlockOutput(TensorType(image.element, (1, *size, image.dimensions[3]))),)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    image = inputs[0]
    _, height, width, channels = image.dimensions
    frame_height, frame_width = integer(arguments, "height"), integer(arguments, "width")
    inner_height, inner_width = inner_size(height, width, frame_height, frame_width)
    if text(arguments, "method") == "nearest":
        function, places = f"rune_letterbox_nearest_{image.element}", nearest_places
    else:
        function = f"rune_letterbox_{image.element}"
        places = bilinear_places_1024 if image.element is ElementType.I8 else bilinear_places
    rows, columns = ImageAxis(height, inner_height, "half_pixel"), ImageAxis(width, inner_width, "half_pixel")
    top, left = (frame_height - inner_height) // 2, (frame_width - inner_width) // 2
    return BlockCode(
        function,
        constants=(places(rows), places(columns)),
        numbers=(
            *(width, channels, frame_height, frame_width, inner_height, inner_width, top, left),
            round_f32(real(arguments, "fill")),
        ),
    )


BLOCK = Block(
    name="letterbox",
    summary="Fits an image into a frame without distorting it, and fills what is left.",
    header=Path(__file__).parent / "letterbox.h",
    arguments=(
        *SIZE,
        Argument(
            "fill",
            ArgumentKind.FLOAT,
            "What stands beside the image, in each channel.",
            default=0.0,
            minimum=-1e6,
            maximum=1e6,
        ),
        METHOD,
    ),
    outputs=_outputs,
    code=_code,
    effects=(PICTURE,),
    category=Category.IMAGES,
)
