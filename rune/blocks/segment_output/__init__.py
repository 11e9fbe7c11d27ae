"""The block `segment_output`: the class of each pixel, and the classes that were seen. The C is in segment_output.h."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.meaning import PRESERVED, By, Effect, classes_of_rows
from rune.blocks.signature import (
    Arguments,
    Block,
    BlockCode,
    BlockError,
    BlockOutput,
    Category,
)
from rune.tensor import ElementType, TensorType

_RANK = 4


def _outputs(inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockOutput, ...]:
    if len(inputs) != 1:
        raise BlockError(f"segment_output takes 1 input, scores of pixels, and not {len(inputs)}")
    scores = inputs[0]
    is_image = len(scores.dimensions) == _RANK and scores.dimensions[0] == 1 and scores.count > 0
    if scores.element is not ElementType.F32 or not is_image:
        expected = "a score for each class of each pixel, f32[1, rows, columns, classes]"
        message = f"segment_output takes {expected}, and not {scores}"
        raise BlockError(message, input_index=0)
    _, rows, columns, classes = scores.dimensions
    return (
        BlockOutput(TensorType(ElementType.U32, (rows, columns))),
        BlockOutput(TensorType(ElementType.U32, (min(classes, rows * columns),), run_time=(0,))),
    )


def _code(inputs: tuple[TensorType, ...], _arguments: Arguments) -> BlockCode:
    _, rows, columns, classes = inputs[0].dimensions
    return BlockCode("rune_segment_output", numbers=(rows * columns, classes), scratch_size=classes)


BLOCK = Block(
    name="segment_output",
    summary="Gives the class of each pixel, and the classes that were seen.",
    header=Path(__file__).parent / "segment_output.h",
    arguments=(),
    outputs=_outputs,
    code=_code,
    effects=(Effect(classes=By(classes_of_rows), labels=PRESERVED),),
    category=Category.IMAGES,
)
