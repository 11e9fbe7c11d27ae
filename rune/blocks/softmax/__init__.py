"""The block `softmax`: scores as probabilities that sum up to 1. The C is in softmax.h."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.meaning import PRESERVED, UNIT, Effect, ExpectedMeaning, Meaning
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
    text,
)
from rune.tensor import TensorType


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    scores = only_input("softmax", inputs, FLOATS, "scores")
    if not text(arguments, "over") and scores.count != max(scores.dimensions, default=1):
        raise BlockError(
            f"{scores} is more than one row of scores: say `over: rows` for probabilities of each row, the last "
            "dimension, or `over: all` for all together",
            argument="over",
        )
    return (BlockOutput(scores),)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    scores = inputs[0]
    row = scores.dimensions[-1] if text(arguments, "over") == "rows" and scores.dimensions else scores.count
    return BlockCode("rune_softmax", numbers=(scores.count // row, row))


def _expected(_inputs: tuple[TensorType, ...], _arguments: Arguments) -> ExpectedMeaning:
    return ExpectedMeaning(Meaning(is_probability=False), {})


BLOCK = Block(
    name="softmax",
    summary="Turns scores into probabilities that sum up to 1.",
    header=Path(__file__).parent / "softmax.h",
    arguments=(
        Argument(
            "over",
            ArgumentKind.TEXT,
            "What sums up to 1, where there is more than one row: each row (the last dimension), or all together.",
            default="",
            choices=("", "rows", "all"),
        ),
    ),
    outputs=_outputs,
    code=_code,
    effects=(Effect(values=UNIT, is_probability=True, labels=PRESERVED),),
    expected_meaning=_expected,
    category=Category.SCORES,
)
