"""The block `quantize`: numbers as whole numbers of a scale and a zero point. The C is in quantize.h."""

from __future__ import annotations

from pathlib import Path

from rune.arithmetic import round_f32
from rune.blocks.common.quantisation import QUANTISATION, quantisation_of
from rune.blocks.meaning import PRESERVED, By, Effect, ExpectedMeaning, Meaning, NumberRange, represented_range
from rune.blocks.refusals import FLOATS, only_input
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

_RANGES = {"i8": (-128, 127), "u8": (0, 255), "i16": (-32_768, 32_767)}


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    input_type = only_input("quantize", inputs, FLOATS)
    type_, zero = text(arguments, "type"), integer(arguments, "zero_point")
    low, high = _RANGES[type_]
    if not low <= zero <= high:
        raise BlockError(f"the zero point {zero} is no {type_}, which holds {low} to {high}", argument="zero_point")
    return (BlockOutput(TensorType(ElementType(type_), input_type.dimensions)),)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    scale = round_f32(real(arguments, "scale"))
    return BlockCode(
        f"rune_quantize_{text(arguments, 'type')}", numbers=(inputs[0].count, scale, integer(arguments, "zero_point"))
    )


def _output_range(arguments: Arguments) -> NumberRange:
    return NumberRange(*_RANGES[text(arguments, "type")])


def _expected(_inputs: tuple[TensorType, ...], arguments: Arguments) -> ExpectedMeaning:
    """Returns the expected range: values outside are clipped, and a much narrower range has few steps."""
    return ExpectedMeaning(
        Meaning(values=represented_range(_output_range(arguments), quantisation_of(arguments))), {"values": "scale"}
    )


BLOCK = Block(
    name="quantize",
    summary="Turns f32 into the whole numbers of a quantised model.",
    header=Path(__file__).parent / "quantize.h",
    arguments=(
        *QUANTISATION,
        Argument("type", ArgumentKind.TEXT, "The type that comes out.", default="i8", choices=tuple(_RANGES)),
    ),
    outputs=_outputs,
    code=_code,
    effects=(
        Effect(
            values=By(lambda facts: _output_range(facts.arguments)),
            colour=PRESERVED,
            layout=PRESERVED,
            rate=PRESERVED,
            quantisation=By(lambda facts: quantisation_of(facts.arguments)),
            is_probability=PRESERVED,
            labels=PRESERVED,
        ),
    ),
    expected_meaning=_expected,
    category=Category.NUMBERS,
)
