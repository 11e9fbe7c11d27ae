"""The block `image_input`: a picture of a given size as it is. The C is in image_input.h."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.meaning import PICTURE, Colour, ExpectedMeaning, Meaning
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
from rune.tensor import ElementType, TensorType

_CHANNELS = 3
_FORMATS = ("rgb", "rgb8")
_MOST = 1 << 14


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    if len(inputs) != 1:
        raise BlockError(f"image_input takes 1 input, a picture, and not {len(inputs)}")
    if str(arguments["pixel_format"]) not in _FORMATS:
        raise BlockError("image_input takes pixels of red, green and blue: rgb", argument="pixel_format")
    width, height = integer(arguments, "width"), integer(arguments, "height")
    image = TensorType(ElementType.U8, (1, width, height, _CHANNELS))
    if inputs[0].element is not ElementType.U8 or inputs[0].count != image.count:
        raise BlockError(f"image_input does not resize: it takes {image} and not {inputs[0]}", input_index=0)
    return (BlockOutput(image),)


def _code(inputs: tuple[TensorType, ...], _arguments: Arguments) -> BlockCode:
    return BlockCode("rune_image_input", numbers=(inputs[0].count,))


def _expected(_inputs: tuple[TensorType, ...], _arguments: Arguments) -> ExpectedMeaning:
    return ExpectedMeaning(Meaning(colour=Colour.RGB), {})


BLOCK = Block(
    name="image_input",
    summary="Passes a picture of a given size on as it is.",
    header=Path(__file__).parent / "image_input.h",
    arguments=(
        Argument("width", ArgumentKind.INTEGER, "Pixels of a row.", minimum=1, maximum=_MOST),
        Argument("height", ArgumentKind.INTEGER, "Rows.", minimum=1, maximum=_MOST),
        Argument("pixel_format", ArgumentKind.TEXT, "What a pixel is: rgb.", default="rgb"),
    ),
    outputs=_outputs,
    code=_code,
    aliases=("image-input",),
    effects=(PICTURE,),
    expected_meaning=_expected,
    category=Category.IMAGES,
)
