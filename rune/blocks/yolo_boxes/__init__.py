"""The block `yolo_boxes`: what a YOLO detector gives, as boxes and scores. The C is in yolo_boxes.h."""

from __future__ import annotations

from pathlib import Path

from rune.arithmetic import round_f32
from rune.blocks.common.detections import SIDES, table
from rune.blocks.meaning import Effect
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
    text,
)
from rune.tensor import ElementType, TensorType

_FIELDS = {"v5": SIDES + 1, "v8": SIDES}
"""Numbers before the scores of the classes."""


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    if len(inputs) != 1:
        raise BlockError(f"yolo_boxes takes 1 input, what a YOLO detector gives, and not {len(inputs)}")
    rows, classes = _sizes(inputs, arguments)
    return (
        BlockOutput(TensorType(ElementType.F32, (rows, SIDES))),
        BlockOutput(TensorType(ElementType.F32, (rows, classes))),
    )


def _sizes(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[int, int]:
    """Returns how many boxes and classes there are."""
    version = text(arguments, "version")
    first, second = table("yolo_boxes", inputs, 0, "boxes with scores")
    rows, fields = (first, second) if version == "v5" else (second, first)
    if fields <= _FIELDS[version]:
        shape = "[1, n, 5 + classes]" if version == "v5" else "[1, 4 + classes, n]"
        raise BlockError(f"{version} gives f32{shape}, and {inputs[0]} leaves no class", argument="version")
    if version == "v8" and fields > rows:
        raise BlockError(
            f"v8 gives f32[1, 4 + classes, n], so that {inputs[0]} had {rows} boxes of {fields - SIDES} classes: say "
            "`version: v5` if it is the other way round",
            argument="version",
        )
    return rows, fields - _FIELDS[version]


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    numbers = (*_sizes(inputs, arguments), round_f32(real(arguments, "factor")))
    return BlockCode(f"rune_yolo_boxes_{text(arguments, 'version')}", numbers=numbers)


BLOCK = Block(
    name="yolo_boxes",
    summary="Makes boxes and scores of what a YOLO detector gives.",
    header=Path(__file__).parent / "yolo_boxes.h",
    arguments=(
        Argument(
            "version",
            ArgumentKind.TEXT,
            "How the model writes its boxes: a row each with an objectness (v5 to v7), or a column each (v8 on).",
            default="v8",
            choices=tuple(_FIELDS),
        ),
        Argument(
            "factor",
            ArgumentKind.FLOAT,
            "What the numbers of a box are multiplied by, such as the model's size in pixels.",
            default=1.0,
            minimum=1e-6,
            maximum=1e6,
        ),
    ),
    outputs=_outputs,
    code=_code,
    effects=(Effect(), Effect()),
    category=Category.SCORES,
)
