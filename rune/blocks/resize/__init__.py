"""The block `resize`: an image of another size. The C is in resize.h."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.common.image_places import (
    CENTRES,
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
    BlockOutput,
    Category,
    integer,
    text,
)
from rune.tensor import ElementType, TensorType

_ELEMENTS = (*BYTES, ElementType.F32)


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    image = image_input("resize", inputs, _ELEMENTS)
    size = (integer(arguments, "height"), integer(arguments, "width"))
    return (BlockOutput(TensorType(image.element, (1, *size, image.dimensions[3]))),)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    image = inputs[0]
    _, height, width, channels = image.dimensions
    wanted_height, wanted_width = integer(arguments, "height"), integer(arguments, "width")
    rows, columns = (
        ImageAxis(size, output_size, text(arguments, "centres"))
        for size, output_size in ((height, wanted_height), (width, wanted_width))
    )
    if text(arguments, "method") == "nearest":
        function, places, pixel = "rune_resize_nearest", nearest_places, channels * image.element.size
    else:
        function, pixel = f"rune_resize_{image.element}", channels
        places = bilinear_places_1024 if image.element is ElementType.I8 else bilinear_places
    return BlockCode(
        function,
        constants=(places(rows), places(columns)),
        numbers=(width, pixel, wanted_height, wanted_width),
    )


BLOCK = Block(
    name="resize",
    summary="Makes an image larger or smaller.",
    header=Path(__file__).parent / "resize.h",
    arguments=(
        *SIZE,
        METHOD,
        Argument(
            "centres",
            ArgumentKind.TEXT,
            "What lies on what: the middles of pixels, their corners, or the pixels in the corners.",
            default="half_pixel",
            choices=CENTRES,
        ),
    ),
    outputs=_outputs,
    code=_code,
    effects=(PICTURE,),
    category=Category.IMAGES,
)
