"""The block `argmax`: the index of the greatest element that is above 0. It is written in argmax.py."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.in_python import python_code
from rune.blocks.meaning import INDICES
from rune.blocks.refusals import FLOATS, only_input
from rune.blocks.signature import Arguments, Block, BlockCode, BlockOutput, Category
from rune.tensor import ElementType, TensorType

_SOURCE = Path(__file__).parent / "argmax.py"


def _outputs(inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockOutput, ...]:
    only_input("argmax", inputs, FLOATS, "scores")
    return (BlockOutput(TensorType(ElementType.U32, (1,))),)


def _code(inputs: tuple[TensorType, ...], _arguments: Arguments) -> BlockCode:
    return python_code(_SOURCE, inputs)


BLOCK = Block(
    name="argmax",
    summary="Gives the index of the greatest score that is above 0, or 0 where none is.",
    header=None,
    source=_SOURCE,
    arguments=(),
    outputs=_outputs,
    code=_code,
    effects=(INDICES,),
    category=Category.SCORES,
)
