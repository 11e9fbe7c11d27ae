"""The block `class_index`: the index of the greatest element of each row (argmax). The C is in class_index.h."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.meaning import PRESERVED, By, Effect, classes_of_rows
from rune.blocks.refusals import NUMBERS, only_input
from rune.blocks.signature import Arguments, Block, BlockCode, BlockError, BlockOutput, Category
from rune.tensor import ElementType, TensorType


def _outputs(inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockOutput, ...]:
    scores = only_input("class_index", inputs, NUMBERS, "scores")
    if not scores.dimensions or scores.dimensions[-1] == 1 < scores.count:
        raise BlockError(
            f"class_index compares along the last dimension, and that of {scores} has a single element", input_index=0
        )
    return (BlockOutput(TensorType(ElementType.U32, scores.dimensions[:-1] or (1,))),)


def _code(inputs: tuple[TensorType, ...], _arguments: Arguments) -> BlockCode:
    size = inputs[0].dimensions[-1]
    return BlockCode(f"rune_class_index_{inputs[0].element}", numbers=(inputs[0].count // size, size))


BLOCK = Block(
    name="class_index",
    summary="Gives the index of the greatest score of each row (argmax).",
    header=Path(__file__).parent / "class_index.h",
    arguments=(),
    outputs=_outputs,
    code=_code,
    effects=(Effect(classes=By(classes_of_rows), labels=PRESERVED),),
    category=Category.SCORES,
)
