"""The block `most_confident_indices`: where the greatest scores stand. The C is in most_confident_indices.h."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.meaning import INDICES
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
)
from rune.tensor import ElementType, TensorType
from rune.wording import counted


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    if len(inputs) != 1:
        raise BlockError(f"most_confident_indices takes 1 input and not {len(inputs)}")
    scores = inputs[0]
    if scores.element is ElementType.UTF8:
        raise BlockError(f"most_confident_indices takes numbers and not {scores}", input_index=0)
    if _inner_rank(scores.dimensions) > 1:
        raise BlockError(
            f"most_confident_indices takes one row of scores, such as f32[1, 8], and not {scores}", input_index=0
        )
    count = integer(arguments, "count")
    if count > scores.count:
        raise BlockError(f"{scores} has only {counted(scores.count, 'element')}, not {count}", argument="count")
    return (BlockOutput(TensorType(ElementType.U32, (count,))),)


def _inner_rank(dimensions: tuple[int, ...]) -> int:
    """Returns how many dimensions are left without the ones in front and at the end."""
    inner = [index for index, size in enumerate(dimensions) if size != 1]
    return inner[-1] - inner[0] + 1 if inner else 0


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    return BlockCode(
        f"rune_most_confident_indices_{inputs[0].element}", numbers=(inputs[0].count, integer(arguments, "count"))
    )


BLOCK = Block(
    name="most_confident_indices",
    summary="Gives the indices of the top scores.",
    header=Path(__file__).parent / "most_confident_indices.h",
    arguments=(Argument("count", ArgumentKind.INTEGER, "How many to return.", default=1, minimum=1, maximum=2**24),),
    outputs=_outputs,
    code=_code,
    effects=(INDICES,),
    category=Category.SCORES,
)
