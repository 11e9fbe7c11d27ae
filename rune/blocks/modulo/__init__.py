"""The block `modulo`: the remainder of each element after a division. The C is in modulo.h."""

from __future__ import annotations

from pathlib import Path

from rune.arithmetic import round_f32
from rune.blocks.signature import (
    Argument,
    ArgumentKind,
    Arguments,
    Block,
    BlockCode,
    BlockError,
    BlockOutput,
    Category,
    Count,
    RunTimeSizes,
    real,
)
from rune.tensor import ElementType, TensorType


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    if len(inputs) != 1:
        raise BlockError(f"modulo takes 1 input and not {len(inputs)}")
    if inputs[0].element is ElementType.UTF8:
        raise BlockError(f"modulo takes numbers and not {inputs[0]}", input_index=0)
    if inputs[0].element.is_integer and _modulus(arguments) == 0:
        raise BlockError("whole numbers have no remainder after a division by 0", argument="modulus")
    if _modulus(arguments) == 0 != real(arguments, "modulus"):
        raise BlockError("the modulus is so small that it is 0 in f32, and nothing divides by 0", argument="modulus")
    return (BlockOutput(inputs[0], sizes_of=0),)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    return BlockCode(f"rune_modulo_{inputs[0].element}", numbers=(Count(0), _modulus(arguments)))


def _modulus(arguments: Arguments) -> float:
    return round_f32(real(arguments, "modulus"))


BLOCK = Block(
    name="modulo",
    summary="Gives the remainder of each element after a division.",
    header=Path(__file__).parent / "modulo.h",
    arguments=(
        Argument(
            "modulus",
            ArgumentKind.FLOAT,
            "What is divided by.",
            default=1.0,
            minimum=-3.4028234663852886e38,
            maximum=3.4028234663852886e38,
        ),
    ),
    outputs=_outputs,
    code=_code,
    run_time_sizes=RunTimeSizes.COUNT,
    category=Category.NUMBERS,
)
