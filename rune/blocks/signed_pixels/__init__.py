"""The block `signed_pixels`: bytes from 0 to 255 become -128 to 127. It is written in signed_pixels.py."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rune.blocks.in_python import python_code
from rune.blocks.meaning import PRESERVED, Effect, NumberRange
from rune.blocks.signature import Arguments, Block, BlockCode, BlockError, BlockOutput, Category
from rune.tensor import ElementType, TensorType

_SOURCE = Path(__file__).parent / "signed_pixels.py"


def _outputs(inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockOutput, ...]:
    if len(inputs) != 1:
        raise BlockError(f"signed_pixels takes 1 input, an image of bytes, and not {len(inputs)}")
    image = inputs[0]
    if image.element is not ElementType.U8:
        raise BlockError(f"signed_pixels takes bytes, such as u8[1, 96, 96, 3], and not {image}", input_index=0)
    return (BlockOutput(TensorType(ElementType.I8, image.dimensions)),)


def _code(inputs: tuple[TensorType, ...], _arguments: Arguments) -> BlockCode:
    return python_code(_SOURCE, inputs)


def _element(_inputs: tuple[TensorType, ...], _arguments: Arguments) -> Callable[[float], float]:
    return lambda number: number - 128


BLOCK = Block(
    name="signed_pixels",
    summary="Moves an image's bytes to -128 to 127, for int8 models.",
    header=None,
    source=_SOURCE,
    arguments=(),
    outputs=_outputs,
    code=_code,
    element=_element,
    effects=(Effect(values=NumberRange(-128, 127), colour=PRESERVED, layout=PRESERVED),),
    category=Category.IMAGES,
)
