"""Shared refusals of blocks: a wrong number of inputs, a wrong element type, an empty tensor."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from rune.blocks.signature import Arguments, BlockError, text
from rune.tensor import ElementType, TensorType

FLOATS = (ElementType.F32,)
BYTES = (ElementType.U8, ElementType.I8)
SMALL_INTEGERS = (*BYTES, ElementType.U16, ElementType.I16)
NUMBERS = (*SMALL_INTEGERS, ElementType.U32, ElementType.I32, ElementType.F32, ElementType.F64)
ANY_NUMBERS = (*NUMBERS, ElementType.U64, ElementType.I64)
LARGEST_EXACT = 1 << 24
"""Elements of one tensor, and sizes of one dimension, that a block counts."""

_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


def only_input(
    block: str, inputs: Sequence[TensorType], elements: Collection[ElementType], what: str = "numbers"
) -> TensorType:
    """The one input, which has elements of one of these types. Raises `BlockError`."""
    if len(inputs) != 1:
        raise BlockError(f"{block} takes 1 input and not {len(inputs)}")
    return checked_input(block, inputs, 0, elements, what)


def checked_input(
    block: str, inputs: Sequence[TensorType], index: int, elements: Collection[ElementType], what: str = "numbers"
) -> TensorType:
    """An input that has elements of one of these types, and at least one. Raises `BlockError`."""
    type_ = inputs[index]
    if type_.element not in elements:
        names = [str(element) for element in elements]
        names_text = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
        raise BlockError(f"{block} takes {what} of {names_text}, and not {type_}", input_index=index)
    if type_.count == 0:
        raise BlockError(f"{block} needs at least one element, and {type_} has none", input_index=index)
    if type_.count > LARGEST_EXACT:
        raise BlockError(f"{block} takes up to {LARGEST_EXACT} elements, and {type_} has more", input_index=index)
    return type_


def image_input(block: str, inputs: Sequence[TensorType], elements: Collection[ElementType]) -> TensorType:
    """The one input, an image `[1, height, width, channels]` of 1, 3 or 4 channels. Raises `BlockError`."""
    image = only_input(block, inputs, elements, "an image")
    dimensions = image.dimensions
    if len(dimensions) != 4 or dimensions[0] != 1:
        raise BlockError(
            f"{block} takes one image as [1, height, width, channels], such as u8[1, 96, 96, 3], and not {image}",
            input_index=0,
        )
    if dimensions[3] not in (1, 3, 4):
        also = ""
        if dimensions[1] in (1, 3, 4):
            also = "; its channels come first: `layout` with `to: nhwc` puts them last"
        raise BlockError(
            f"{block} takes an image of 1, 3 or 4 channels, which are its last dimension, and not {image}{also}",
            input_index=0,
        )
    return image


def axis_of(axis: int, dimensions: Sequence[int]) -> int:
    """A dimension counted from the front, where negative numbers count from the end. Raises `BlockError`."""
    rank = len(dimensions)
    if not -rank <= axis < rank:
        raise BlockError(f"there is no dimension {axis}: the input has {rank}", argument="axis")
    return axis % rank


def numbers_of(arguments: Arguments, name: str) -> tuple[float, ...]:
    """The numbers of a text such as `0.5, 1, -2`, between commas, spaces or line ends. Raises `BlockError`."""
    words = [word for word in re.split(r"[\s,;\[\]]+", text(arguments, name)) if word]
    for word in words:
        if not _NUMBER.fullmatch(word) or abs(float(word)) > 1e30:
            raise BlockError(f"`{word}` is not a number: write numbers such as `0.5, 1, -2`", argument=name)
    return tuple(float(word) for word in words)


def whole_numbers_of(arguments: Arguments, name: str) -> tuple[int, ...]:
    """The whole numbers of a text such as `1, 49, 40`. Raises `BlockError`."""
    numbers = numbers_of(arguments, name)
    for number in numbers:
        if not number.is_integer() or abs(number) > LARGEST_EXACT:
            raise BlockError(f"`{number:g}` is not a whole number up to {LARGEST_EXACT}", argument=name)
    return tuple(map(int, numbers))


def check_fits(argument: str, number: int, type_: TensorType) -> None:
    """Checks that the elements of an input can be that whole number. Raises `BlockError`."""
    bits = 8 * type_.element.size
    is_signed = type_.element.value.startswith("i")
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if is_signed else (0, (1 << bits) - 1)
    if not low <= number <= high:
        raise BlockError(f"{number} is no {type_.element}, which holds {low} to {high}", argument=argument)
