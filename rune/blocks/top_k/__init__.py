"""The block `top_k`: the greatest scores and where they are, as far as they reach a threshold. The C is in top_k.h."""

from __future__ import annotations

from pathlib import Path

from rune.arithmetic import round_f32
from rune.blocks.meaning import INDICES, PRESERVED, Effect
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
)
from rune.tensor import ElementType, TensorType

_LEAST = -3.4028234663852886e38
"""The least finite score, which stands for no threshold: scores of minus infinity count then, too."""


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    scores = only_input("top_k", inputs, FLOATS, "scores")
    if scores.count != max(scores.dimensions, default=1):
        raise BlockError(f"top_k takes one row of scores, such as f32[1, 4], and not {scores}", input_index=0)
    k = integer(arguments, "k")
    if k > scores.count:
        raise BlockError(f"{scores} has only {scores.count} scores, not {k}", argument="k")
    return (BlockOutput(TensorType(ElementType.U32, (k,))), BlockOutput(TensorType(ElementType.F32, (k,))))


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    threshold = round_f32(real(arguments, "threshold"))
    has_threshold = int(threshold > _LEAST)
    return BlockCode("rune_top_k", numbers=(inputs[0].count, integer(arguments, "k"), has_threshold, threshold))


BLOCK = Block(
    name="top_k",
    summary="Gives the greatest scores and their indices, as far as they reach a threshold.",
    header=Path(__file__).parent / "top_k.h",
    arguments=(
        Argument("k", ArgumentKind.INTEGER, "How many scores to return.", default=1, minimum=1, maximum=1024),
        Argument(
            "threshold",
            ArgumentKind.FLOAT,
            "The least score that counts. What is below has the index that follows the last one, and the score 0.",
            default=_LEAST,
            minimum=_LEAST,
            maximum=-_LEAST,
            is_threshold=True,
        ),
    ),
    outputs=_outputs,
    code=_code,
    effects=(INDICES, Effect(values=PRESERVED, is_probability=PRESERVED)),
    category=Category.SCORES,
)
