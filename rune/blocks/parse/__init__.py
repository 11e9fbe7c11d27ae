"""The block `parse`: the numbers that stand in texts. The C is in parse.h."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.signature import (
    Argument,
    ArgumentKind,
    Arguments,
    Block,
    BlockCode,
    BlockError,
    BlockOutput,
    Category,
    Count,
    RunTimeSizes,
    integer,
)
from rune.tensor import ElementType, TensorType

_UNKNOWN = 1024
"""Bytes that are taken for the longest text where nobody said them."""
_NUMBERS = {str(element): element for element in ElementType if element is not ElementType.UTF8}


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    if len(inputs) != 1:
        raise BlockError(f"parse takes 1 input, texts, and not {len(inputs)}")
    texts = inputs[0]
    if texts.element is not ElementType.UTF8:
        raise BlockError(f"parse takes texts and not {texts}", input_index=0)
    element = _NUMBERS.get(str(arguments["element_type"]))
    if element is None:
        raise BlockError(f"parse makes numbers: {', '.join(_NUMBERS)}", argument="element_type")
    count = integer(arguments, "count")
    if count:
        return (BlockOutput(TensorType(element, (count,))),)
    most = texts.count * _words(texts.text_size or _UNKNOWN)
    return (BlockOutput(TensorType(element, (most,), run_time=(0,))),)


def _words(size: int) -> int:
    """The most words that a text of so many bytes can have."""
    return (size + 1) // 2


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    (output,) = _outputs(inputs, arguments)
    count = integer(arguments, "count")
    ending = "_exactly" if count else ""
    return BlockCode(f"rune_parse_{output.type.element}{ending}", numbers=(Count(0), output.type.count))


BLOCK = Block(
    name="parse",
    summary="Reads the numbers that stand in texts.",
    header=Path(__file__).parent / "parse.h",
    arguments=(
        Argument(
            "element_type",
            ArgumentKind.TEXT,
            "The type of the numbers, such as f32. Without it, the type that the stage declares for its output.",
            default="f32",
            is_output_element=True,
        ),
        Argument(
            "count",
            ArgumentKind.INTEGER,
            "How many numbers there must be; 0 lets each run decide.",
            default=0,
            minimum=0,
            maximum=2**24,
        ),
    ),
    outputs=_outputs,
    code=_code,
    run_time_sizes=RunTimeSizes.COUNT,
    category=Category.NUMBERS,
)
