"""The block `password_strength`: judges lines by their bytes. The C is in password_strength.h."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.refusals import only_input
from rune.blocks.signature import Arguments, Block, BlockCode, BlockOutput, Category
from rune.tensor import ElementType, TensorType


def _outputs(inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockOutput, ...]:
    type_ = only_input("password_strength", inputs, (ElementType.UTF8,), "texts")
    return (BlockOutput(TensorType(ElementType.U32, (type_.count,), run_time=(0,))),)


def _code(inputs: tuple[TensorType, ...], _arguments: Arguments) -> BlockCode:
    return BlockCode("rune_password_strength", numbers=(inputs[0].count,))


BLOCK = Block(
    name="password_strength",
    summary="Says of each line whether it has more than 11 bytes, 8 to 11, or fewer.",
    header=Path(__file__).parent / "password_strength.h",
    arguments=(),
    outputs=_outputs,
    code=_code,
    aliases=("password-strength",),
    category=Category.TEXT,
)
