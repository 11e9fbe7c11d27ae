"""The block `color`: grey from colours, or their channels in another order. The C is in color.h."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.meaning import PRESERVED, By, ChannelLayout, Colour, Effect, ExpectedMeaning, Meaning
from rune.blocks.refusals import image_input
from rune.blocks.signature import (
    Argument,
    ArgumentKind,
    Arguments,
    Block,
    BlockCode,
    BlockError,
    BlockOutput,
    Category,
    text,
)
from rune.tensor import ElementType, TensorType

_ELEMENTS = (ElementType.U8, ElementType.F32)
_FORMATS = ("rgb", "bgr", "grey")


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    image = image_input("color", inputs, _ELEMENTS)
    source, target = text(arguments, "from"), text(arguments, "to")
    channels = 1 if source == "grey" else 3
    if image.dimensions[3] != channels:
        raise BlockError(
            f"an image that is {source} has {channels} channels, and {image} has {image.dimensions[3]}", argument="from"
        )
    if source == target:
        raise BlockError(
            f"from {source} to {target} is nothing to do: leave the block out, or say another format", argument="to"
        )
    return (BlockOutput(TensorType(image.element, (*image.dimensions[:3], 1 if target == "grey" else 3))),)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    image, source, target = inputs[0], text(arguments, "from"), text(arguments, "to")
    pixels = image.dimensions[1] * image.dimensions[2]
    if target == "grey":
        return BlockCode(f"rune_color_grey_{image.element}", numbers=(pixels, int(source == "bgr")))
    kind = "spread" if source == "grey" else "swap"
    return BlockCode(f"rune_color_{kind}_{image.element}", numbers=(pixels,))


_COLOURS = {"rgb": Colour.RGB, "bgr": Colour.BGR, "grey": Colour.GREY}


def _expected(_inputs: tuple[TensorType, ...], arguments: Arguments) -> ExpectedMeaning:
    return ExpectedMeaning(Meaning(colour=_COLOURS[text(arguments, "from")]), {"colour": "from"})


BLOCK = Block(
    name="color",
    summary="Makes a grey image of a coloured one, or changes the order of its channels.",
    header=Path(__file__).parent / "color.h",
    arguments=(
        Argument("from", ArgumentKind.TEXT, "What the image is.", default="rgb", choices=_FORMATS),
        Argument("to", ArgumentKind.TEXT, "What comes out.", default="grey", choices=_FORMATS),
    ),
    outputs=_outputs,
    code=_code,
    effects=(
        Effect(
            values=PRESERVED, colour=By(lambda facts: _COLOURS[str(facts.arguments["to"])]), layout=ChannelLayout.LAST
        ),
    ),
    expected_meaning=_expected,
    category=Category.IMAGES,
)
