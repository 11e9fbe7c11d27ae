"""The block `scale`: multiplies and adds, for all elements or for each channel. The C is in scale.h."""

from __future__ import annotations

import re
import struct
from fractions import Fraction
from pathlib import Path

from rune.arithmetic import round_f32
from rune.blocks.meaning import (
    PRESERVED,
    By,
    Effect,
    ExpectedMeaning,
    InputFacts,
    Meaning,
    NumberRange,
    full_range,
)
from rune.blocks.refusals import LARGEST_EXACT, SMALL_INTEGERS, numbers_of, only_input
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

_ELEMENTS = (*SMALL_INTEGERS, ElementType.F32)
_RANGE = re.compile(r"([-+]?[0-9]{0,12}\.?[0-9]{1,12})\s{0,9}\.\.\s{0,9}([-+]?[0-9]{0,12}\.?[0-9]{1,12})")
_MOST = Fraction(10) ** 38
_TYPE_RANGES = {
    ElementType.U8: (0, 255),
    ElementType.I8: (-128, 127),
    ElementType.U16: (0, 65_535),
    ElementType.I16: (-32_768, 32_767),
}


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    type_ = only_input("scale", inputs, _ELEMENTS)
    _channels(type_, arguments)
    return (BlockOutput(TensorType(ElementType.F32, type_.dimensions)),)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    factors, offsets = _channels(inputs[0], arguments)
    return BlockCode(
        f"rune_scale_{inputs[0].element}",
        constants=(struct.pack(f"<{len(factors)}f", *factors), struct.pack(f"<{len(offsets)}f", *offsets)),
        numbers=(inputs[0].count, len(factors)),
    )


def _channels(type_: TensorType, arguments: Arguments) -> tuple[list[float], list[float]]:
    """A factor and an offset for each channel, or one of each for all, rounded to f32 once."""
    lists = {name: _per_channel(type_, arguments, name) for name in ("mean", "deviation", "factor", "offset")}
    factor, offset = _of_ranges(type_, arguments, is_required=not any(lists.values()))
    if 0 in lists["deviation"]:
        raise BlockError("a standard deviation of 0 divides by nothing", argument="deviation")
    factors, offsets = [], []
    for channel in range(max(1, *map(len, lists.values()))):
        mean, deviation, times, plus = (
            _of_channel(lists[name], channel, usual)
            for name, usual in (("mean", 0), ("deviation", 1), ("factor", 1), ("offset", 0))
        )
        each = (factor / deviation * times, (offset - mean) / deviation * times + plus)
        if max(map(abs, each)) > _MOST:
            raise BlockError("together these multiply or add more than f32 can hold", argument="deviation")
        factors.append(round_f32(float(each[0])))
        offsets.append(round_f32(float(each[1])))
    return factors, offsets


def _per_channel(type_: TensorType, arguments: Arguments, name: str) -> tuple[float, ...]:
    """Returns one number for all channels, one for each, or None."""
    numbers = numbers_of(arguments, name)
    channels = type_.dimensions[-1] if type_.dimensions else 1
    if len(numbers) not in (0, 1, channels):
        raise BlockError(
            f"{len(numbers)} numbers are not one for each of the {channels} channels, the last dimension of {type_}",
            argument=name,
        )
    return numbers


def _of_channel(numbers: tuple[float, ...], channel: int, usual: int) -> Fraction:
    return Fraction(numbers[channel % len(numbers)]) if numbers else Fraction(usual)


def _of_ranges(type_: TensorType, arguments: Arguments, *, is_required: bool) -> tuple[Fraction, Fraction]:
    """Returns the map of the range `from` to the range `to`; empty where only the other arguments are given."""
    written_from, written_to = text(arguments, "from").strip(), text(arguments, "to").strip()
    if not (written_from or written_to or is_required):
        return Fraction(1), Fraction(0)
    high_to: Fraction
    low_to, high_to = _range(written_to or "0..1", "to")
    whole = _TYPE_RANGES.get(type_.element)
    if not written_from and whole is None:
        raise BlockError(
            f"scale cannot know the range of {type_}: say it, such as `from: 0..255`, or give `mean` and `deviation`, "
            "or `factor` and `offset`",
            argument="from",
        )
    low, high = (
        _range(written_from, "from")
        if written_from
        else (Fraction(whole[0]), Fraction(whole[1]))
        if whole
        else (Fraction(0), Fraction(1))
    )
    if whole is not None and (low < whole[0] or high > whole[1] + 1):
        raise BlockError(
            f"{type_.element} holds {whole[0]} to {whole[1]}, so that {written_from} cannot be its range",
            argument="from",
        )
    factor = (high_to - low_to) / (high - low)
    return factor, low_to - low * factor


def _range(range_text: str, argument: str) -> tuple[Fraction, Fraction]:
    match = _RANGE.fullmatch(range_text)
    if match is None:
        raise BlockError(f"`{range_text}` is not a range: write two numbers such as `-1..1`", argument=argument)
    low, high = Fraction(match[1]), Fraction(match[2])
    if low >= high or max(abs(low), abs(high)) > LARGEST_EXACT:
        raise BlockError(f"`{range_text}` is not a range from a smaller number to a larger one", argument=argument)
    return low, high


def _values(facts: InputFacts) -> NumberRange | None:
    """Returns the mapped range of the input, over all channels."""
    values = facts.meaning.values or _declared_range(facts.arguments) or full_range(facts.type)
    if values is None:
        return None
    try:
        factors, offsets = _channels(facts.type, facts.arguments)
    except BlockError:
        return None
    ends = [
        factor * end + offset
        for factor, offset in zip(factors, offsets, strict=True)
        for end in (values.low, values.high)
    ]
    return NumberRange(min(ends), max(ends)) if min(ends) < max(ends) else None


def _declared_range(arguments: Arguments) -> NumberRange | None:
    range_text = text(arguments, "from").strip()
    return NumberRange(*map(float, _range(range_text, "from"))) if range_text else None


def _expected(_inputs: tuple[TensorType, ...], arguments: Arguments) -> ExpectedMeaning:
    return ExpectedMeaning(Meaning(values=_declared_range(arguments)), {"values": "from"})


BLOCK = Block(
    name="scale",
    summary="Maps numbers from one range to another, or subtracts a mean and divides by a deviation.",
    header=Path(__file__).parent / "scale.h",
    arguments=(
        Argument(
            "from",
            ArgumentKind.TEXT,
            "The range of the input, such as `0..255`; left out, that of its type.",
            default="",
        ),
        Argument("to", ArgumentKind.TEXT, "The range of the output, such as `-1..1`; left out, `0..1`.", default=""),
        Argument(
            "mean", ArgumentKind.TEXT, "What is subtracted after that: one number, or one for each channel.", default=""
        ),
        Argument(
            "deviation",
            ArgumentKind.TEXT,
            "The standard deviation that is divided by then: one number, or one for each channel.",
            default="",
        ),
        Argument(
            "factor",
            ArgumentKind.TEXT,
            "What is multiplied by at last: one number, or one for each channel.",
            default="",
        ),
        Argument(
            "offset",
            ArgumentKind.TEXT,
            "What is added at the very end: one number, or one for each channel.",
            default="",
        ),
    ),
    outputs=_outputs,
    code=_code,
    effects=(Effect(values=By(_values), colour=PRESERVED, layout=PRESERVED, rate=PRESERVED),),
    expected_meaning=_expected,
    category=Category.NUMBERS,
)
