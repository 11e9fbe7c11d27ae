"""The block `cast`: numbers of one type as numbers of another. The C is in cast.h."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.meaning import PRESERVED, By, Effect, InputFacts, NumberRange, clipped_values
from rune.blocks.refusals import NUMBERS, only_input
from rune.blocks.signature import (
    Argument,
    ArgumentKind,
    Arguments,
    Block,
    BlockCode,
    BlockOutput,
    Category,
    text,
)
from rune.tensor import ElementType, TensorType


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    type_ = only_input("cast", inputs, NUMBERS)
    return (BlockOutput(TensorType(ElementType(text(arguments, "type")), type_.dimensions)),)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    is_nearest = text(arguments, "rounding") == "nearest"
    return BlockCode(
        f"rune_cast_{inputs[0].element}_to_{text(arguments, 'type')}", numbers=(inputs[0].count, int(is_nearest))
    )


def _values(facts: InputFacts) -> NumberRange | None:
    return clipped_values(facts, TensorType(ElementType(str(facts.arguments["type"])), ()))


BLOCK = Block(
    name="cast",
    summary="Turns numbers of one type into numbers of another.",
    header=Path(__file__).parent / "cast.h",
    arguments=(
        Argument(
            "type", ArgumentKind.TEXT, "The type that comes out.", default="f32", choices=tuple(map(str, NUMBERS))
        ),
        Argument(
            "rounding",
            ArgumentKind.TEXT,
            "How a fraction becomes a whole number: towards zero, or to the nearest with halves away from zero.",
            default="truncate",
            choices=("truncate", "nearest"),
        ),
    ),
    outputs=_outputs,
    code=_code,
    effects=(
        Effect(
            values=By(_values),
            colour=PRESERVED,
            layout=PRESERVED,
            rate=PRESERVED,
            quantisation=PRESERVED,
            is_probability=PRESERVED,
            classes=PRESERVED,
            labels=PRESERVED,
        ),
    ),
    category=Category.NUMBERS,
)
