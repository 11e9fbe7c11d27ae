"""The block `nms`: of boxes that overlap, the one with the greatest score. The C is in nms.h."""

from __future__ import annotations

from pathlib import Path

from rune.arithmetic import round_f32
from rune.blocks.common.detections import boxes, table
from rune.blocks.meaning import PRESERVED, Effect
from rune.blocks.refusals import FLOATS, checked_input
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
    text,
)
from rune.tensor import ElementType, TensorType

_FIELDS = 6
_CANDIDATE = 12
"""Bytes of scratch for each box: its score, its class and its place in the order."""


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    if len(inputs) != 2:
        raise BlockError(f"nms takes 2 inputs, boxes and scores, and not {len(inputs)}")
    rows, _ = _sizes(inputs)
    most = min(rows, integer(arguments, "most"))
    return (BlockOutput(TensorType(ElementType.F32, (most, _FIELDS), run_time=(0,))),)


def _sizes(inputs: tuple[TensorType, ...]) -> tuple[int, int]:
    """Returns how many boxes and classes there are."""
    rows = boxes("nms", inputs, 0)
    scores = checked_input("nms", inputs, 1, FLOATS, "scores")
    if scores.count == rows:
        return rows, 1
    score_rows, classes = table("nms", inputs, 1, "scores")
    if score_rows != rows:
        raise BlockError(f"{rows} boxes need as many rows of scores, and {scores} has {score_rows}", input_index=1)
    return rows, classes


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    rows, classes = _sizes(inputs)
    limits = tuple(round_f32(real(arguments, name)) for name in ("threshold", "overlap"))
    among = int(text(arguments, "among") == "all")
    return BlockCode(
        "rune_nms",
        numbers=(rows, classes, min(rows, integer(arguments, "most")), among, *limits),
        scratch_size=_CANDIDATE * rows,
    )


BLOCK = Block(
    name="nms",
    summary="Keeps of boxes that overlap the one with the greatest score (non-maximum suppression).",
    header=Path(__file__).parent / "nms.h",
    arguments=(
        Argument(
            "threshold",
            ArgumentKind.FLOAT,
            "The score that a box must exceed to count.",
            default=0.5,
            minimum=-1e30,
            maximum=1e30,
        ),
        Argument(
            "overlap",
            ArgumentKind.FLOAT,
            "The share of the common area (intersection over union) above which two boxes are one object.",
            default=0.5,
            minimum=0.0,
            maximum=1.0,
        ),
        Argument("most", ArgumentKind.INTEGER, "The most boxes that come out.", default=20, minimum=1, maximum=100_000),
        Argument(
            "among",
            ArgumentKind.TEXT,
            "Which boxes are compared: those of the same class, or all.",
            default="class",
            choices=("class", "all"),
        ),
    ),
    outputs=_outputs,
    code=_code,
    effects=(Effect(rate=PRESERVED),),
    category=Category.SCORES,
)
