"""The block `dequantize`: whole numbers of a scale and a zero point as f32. It is written in dequantize.py."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rune.arithmetic import round_f32
from rune.blocks.common.quantisation import QUANTISATION, quantisation_of
from rune.blocks.in_python import python_code
from rune.blocks.meaning import (
    PRESERVED,
    UNIT,
    By,
    Effect,
    ExpectedMeaning,
    InputFacts,
    Meaning,
    NumberRange,
    full_range,
    represented_range,
)
from rune.blocks.refusals import BYTES, only_input
from rune.blocks.signature import (
    Arguments,
    Block,
    BlockCode,
    BlockError,
    BlockOutput,
    Category,
    integer,
    real,
)
from rune.tensor import ElementType, TensorType

_SOURCE = Path(__file__).parent / "dequantize.py"
_ELEMENTS = (*BYTES, ElementType.I16)
_RANGES = {ElementType.I8: (-128, 127), ElementType.U8: (0, 255), ElementType.I16: (-32_768, 32_767)}


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    type_ = only_input("dequantize", inputs, _ELEMENTS, "whole numbers")
    zero, (low, high) = integer(arguments, "zero_point"), _RANGES[type_.element]
    if not low <= zero <= high:
        raise BlockError(
            f"the zero point {zero} is no {type_.element}, which holds {low} to {high}", argument="zero_point"
        )
    return (BlockOutput(TensorType(ElementType.F32, type_.dimensions)),)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    return python_code(_SOURCE, inputs, (real(arguments, "scale"), integer(arguments, "zero_point")))


def _element(_inputs: tuple[TensorType, ...], arguments: Arguments) -> Callable[[float], float]:
    scale, zero = round_f32(real(arguments, "scale")), integer(arguments, "zero_point")
    # A difference of 17 bits times an f32 is exact in f64, and is rounded once.
    return lambda number: round_f32((number - zero) * scale)


def _values(facts: InputFacts) -> NumberRange | None:
    if facts.meaning.is_probability:
        return UNIT
    whole = full_range(facts.type)
    return None if whole is None else represented_range(whole, quantisation_of(facts.arguments))


def _expected(_inputs: tuple[TensorType, ...], arguments: Arguments) -> ExpectedMeaning:
    return ExpectedMeaning(Meaning(quantisation=quantisation_of(arguments)), {"quantisation": "scale"})


BLOCK = Block(
    name="dequantize",
    summary="Turns the whole numbers of a quantised model into f32.",
    header=None,
    source=_SOURCE,
    arguments=(*QUANTISATION,),
    outputs=_outputs,
    code=_code,
    element=_element,
    effects=(
        Effect(
            values=By(_values),
            colour=PRESERVED,
            layout=PRESERVED,
            rate=PRESERVED,
            is_probability=PRESERVED,
            labels=PRESERVED,
        ),
    ),
    expected_meaning=_expected,
    category=Category.NUMBERS,
)
