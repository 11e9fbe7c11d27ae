"""The block `train_test_split`: the first rows for testing, the others for training. The C is in train_test_split.h."""

from __future__ import annotations

from pathlib import Path

from rune.arithmetic import round_f32
from rune.blocks.common.learning import rows_and_targets
from rune.blocks.signature import (
    Argument,
    ArgumentKind,
    Arguments,
    Block,
    BlockCode,
    BlockError,
    BlockOutput,
    Category,
    real,
)
from rune.tensor import ElementType, TensorType


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    if len(inputs) != 2:
        raise BlockError(f"train_test_split takes 2 inputs, features and targets, and not {len(inputs)}")
    rows, features = rows_and_targets("train_test_split", inputs)
    tests = _tests(rows, arguments)
    if not 0 < tests < rows:
        raise BlockError(
            f"of {rows} rows that leaves {tests} for testing: some must be left for both", argument="test_size"
        )
    sizes = ((rows - tests, features), (rows - tests,), (tests, features), (tests,))
    return tuple(BlockOutput(TensorType(ElementType.F64, size)) for size in sizes)


def _tests(rows: int, arguments: Arguments) -> int:
    """The product is rounded to f32, as it was."""
    return int(round_f32(rows * round_f32(real(arguments, "test_size"))))


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    rows, features = inputs[0].dimensions
    return BlockCode("rune_train_test_split", numbers=(rows, features, _tests(rows, arguments)))


BLOCK = Block(
    name="train_test_split",
    summary="Parts rows with their targets into some for training and some for testing.",
    header=Path(__file__).parent / "train_test_split.h",
    arguments=(
        Argument(
            "test_size",
            ArgumentKind.FLOAT,
            "The share of the rows that is for testing.",
            default=0.2,
            minimum=0.0,
            maximum=1.0,
        ),
    ),
    outputs=_outputs,
    code=_code,
    aliases=("train-test-split",),
    category=Category.OTHER,
)
