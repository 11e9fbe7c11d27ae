"""The block `image_normalization`: whole numbers become f32 from 0 to 1. The C is in image_normalization.h."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rune.arithmetic import round_f32
from rune.blocks.meaning import PRESERVED, UNIT, Effect
from rune.blocks.signature import Arguments, Block, BlockCode, BlockError, BlockOutput, Category
from rune.tensor import ElementType, TensorType

_ELEMENTS = (
    ElementType.U8,
    ElementType.I8,
    ElementType.U16,
    ElementType.I16,
    ElementType.U32,
    ElementType.I32,
)

_BYTES = (ElementType.U8, ElementType.I8)


def _outputs(inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockOutput, ...]:
    if len(inputs) != 1:
        raise BlockError(f"image_normalization takes 1 input, an image, and not {len(inputs)}")
    image = inputs[0]
    if image.element not in _ELEMENTS or len(image.dimensions) != 4:
        raise BlockError(
            f"image_normalization takes an image of whole numbers, such as u8[1, 96, 96, 3], and not {image}",
            input_index=0,
        )
    return (BlockOutput(TensorType(ElementType.F32, image.dimensions)),)


def _code(inputs: tuple[TensorType, ...], _arguments: Arguments) -> BlockCode:
    return BlockCode(f"rune_image_normalization_{inputs[0].element}", numbers=(inputs[0].count,))


def _element(inputs: tuple[TensorType, ...], _arguments: Arguments) -> Callable[[float], float] | None:
    if inputs[0].element not in _BYTES:
        return None
    low = -128 if inputs[0].element is ElementType.I8 else 0
    # A quotient of f32 that is rounded to f64 first is rounded once in the end: f64 has more than twice the digits.
    return lambda number: round_f32((number - low) / 255)


BLOCK = Block(
    name="image_normalization",
    summary="Turns an image's bytes into f32 from 0 to 1.",
    header=Path(__file__).parent / "image_normalization.h",
    arguments=(),
    outputs=_outputs,
    code=_code,
    element=_element,
    effects=(Effect(values=UNIT, colour=PRESERVED, layout=PRESERVED),),
    category=Category.IMAGES,
)
