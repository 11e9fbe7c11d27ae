"""The block `color`: grey from colours, or their channels in another order. The C is in color.h."""

from __future__ import annotations

from pathlib import Path

from rune.compiler.blocks.meaning import KEPT, By, Colour, Effect, Layout, Meaning, Taken
from rune.compiler.blocks.refusals import image_input
from rune.compiler.blocks.signature import (
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
    given, wanted = text(arguments, "from"), text(arguments, "to")
    channels = 1 if given == "grey" else 3
    if image.dimensions[3] != channels:
        raise BlockError(
            f"an image that is {given} has {channels} channels, and {image} has {image.dimensions[3]}", argument="from"
        )
    if given == wanted:
        raise BlockError(
            f"from {given} to {wanted} is nothing to do: leave the block out, or say another format", argument="to"
        )
    return (BlockOutput(TensorType(image.element, (*image.dimensions[:3], 1 if wanted == "grey" else 3))),)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    image, given, wanted = inputs[0], text(arguments, "from"), text(arguments, "to")
    pixels = image.dimensions[1] * image.dimensions[2]
    if wanted == "grey":
        return BlockCode(f"rune_color_grey_{image.element}", numbers=(pixels, int(given == "bgr")))
    kind = "spread" if given == "grey" else "swap"
    return BlockCode(f"rune_color_{kind}_{image.element}", numbers=(pixels,))


_COLOURS = {"rgb": Colour.RGB, "bgr": Colour.BGR, "grey": Colour.GREY}


def _taken(_inputs: tuple[TensorType, ...], arguments: Arguments) -> Taken:
    return Taken(Meaning(colour=_COLOURS[text(arguments, "from")]), {"colour": "from"})


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
    effects=(Effect(values=KEPT, colour=By(lambda read: _COLOURS[str(read.arguments["to"])]), layout=Layout.LAST),),
    taken=_taken,
    category=Category.IMAGES,
)
