"""The block `layout`: the channels of an image first or last. The C is in layout.h."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.meaning import PRESERVED, By, ChannelLayout, Effect, ExpectedMeaning, Meaning
from rune.blocks.refusals import ANY_NUMBERS, only_input
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
from rune.tensor import TensorType


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    image = only_input("layout", inputs, ANY_NUMBERS, "an image")
    if len(image.dimensions) != 4 or image.dimensions[0] != 1:
        raise BlockError(
            f"layout takes one image of 4 dimensions, such as u8[1, 96, 96, 3], and not {image}", input_index=0
        )
    target_layout = text(arguments, "to")
    _, first, middle, last = image.dimensions
    channels = last if target_layout == "nchw" else first
    if channels not in _CHANNELS:
        place = "last" if target_layout == "nchw" else "second"
        already = " It already is as `to` says." if (first if target_layout == "nchw" else last) in _CHANNELS else ""
        raise BlockError(
            f"to make it {target_layout}, the {place} dimension must be the 1, 3 or 4 channels, "
            f"and {image} has {channels}.{already}",
            argument="to",
        )
    dimensions = (1, last, first, middle) if target_layout == "nchw" else (1, middle, last, first)
    return (BlockOutput(TensorType(image.element, dimensions)),)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    image = inputs[0]
    _, first, middle, last = image.dimensions
    rows, columns = (first * middle, last) if text(arguments, "to") == "nchw" else (first, middle * last)
    return BlockCode(f"rune_layout_{image.element.size}", numbers=(rows, columns))


_CHANNELS = (1, 3, 4)


def _expected(_inputs: tuple[TensorType, ...], arguments: Arguments) -> ExpectedMeaning:
    return ExpectedMeaning(
        Meaning(layout=ChannelLayout.LAST if text(arguments, "to") == "nchw" else ChannelLayout.FIRST), {"layout": "to"}
    )


BLOCK = Block(
    name="layout",
    summary="Puts the channels of an image first or last.",
    header=Path(__file__).parent / "layout.h",
    arguments=(
        Argument(
            "to",
            ArgumentKind.TEXT,
            "What comes out: channels first as PyTorch has them, or last as TensorFlow has them.",
            default="nchw",
            choices=("nchw", "nhwc"),
        ),
    ),
    outputs=_outputs,
    code=_code,
    effects=(
        Effect(
            values=PRESERVED,
            colour=PRESERVED,
            layout=By(lambda facts: ChannelLayout.FIRST if facts.arguments["to"] == "nchw" else ChannelLayout.LAST),
        ),
    ),
    expected_meaning=_expected,
    category=Category.IMAGES,
)
