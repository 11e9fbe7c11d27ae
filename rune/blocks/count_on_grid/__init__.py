"""The block `count_on_grid`: the objects that a grid of scores shows, counted. The C is in count_on_grid.h."""

from __future__ import annotations

from pathlib import Path

from rune.arithmetic import round_f32
from rune.blocks.meaning import PRESERVED, Effect
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
from rune.wording import counted
from rune.wordlist import words_of

_RANK, _LEAST_CLASSES = 4, 2
_FIELDS = 4
_CELL = 8
"""Bytes of scratch for each cell: its label, and a place in the list of cells that are visited."""
_MOST_CELLS = 1 << 16
"""The sum of the coordinates of so many cells fits 64 bits, and the mean of them is exact before it is rounded."""


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    grid = only_input("count_on_grid", inputs, FLOATS, "scores")
    sizes = grid.dimensions
    if len(sizes) != _RANK or sizes[0] != 1 or sizes[3] < _LEAST_CLASSES:
        message = (
            "count_on_grid takes the scores of each cell, of the background and then of each label, "
            f"f32[1, rows, columns, 1 + labels], and not {grid}"
        )
        raise BlockError(message, input_index=0)
    if sizes[1] * sizes[2] > _MOST_CELLS:
        raise BlockError(f"count_on_grid takes up to {_MOST_CELLS} cells, and {grid} has more", input_index=0)
    _require_names(arguments["names"], sizes[3] - 1)
    most = min(sizes[1] * sizes[2], integer(arguments, "most"))
    return (
        BlockOutput(TensorType(ElementType.U32, (sizes[3] - 1,))),
        BlockOutput(TensorType(ElementType.F32, (most, _FIELDS), run_time=(0,))),
    )


def _require_names(names: object, labels: int) -> None:
    """Raises `BlockError` where there are names, and not one for each label."""
    words = words_of(names) if isinstance(names, str) and names else ()
    if words and len(words) != labels:
        message = (
            f"count_on_grid has {counted(len(words), 'name')} for {counted(labels, 'label')}; write a line for each"
        )
        raise BlockError(message, argument="names")


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    _, rows, columns, classes = inputs[0].dimensions
    most = min(rows * columns, integer(arguments, "most"))
    threshold = round_f32(real(arguments, "threshold"))
    return BlockCode(
        "rune_count_on_grid",
        numbers=(rows, columns, classes, most, threshold),
        scratch_size=_CELL * rows * columns,
    )


BLOCK = Block(
    name="count_on_grid",
    summary="Counts the objects of each label that a grid of scores shows, and gives their positions.",
    header=Path(__file__).parent / "count_on_grid.h",
    arguments=(
        Argument(
            "threshold",
            ArgumentKind.FLOAT,
            "The score that a label must exceed in a cell to count.",
            default=0.5,
            minimum=-1e30,
            maximum=1e30,
        ),
        Argument(
            "most",
            ArgumentKind.INTEGER,
            "The most positions that come out; all objects are counted.",
            default=20,
            minimum=1,
            maximum=_MOST_CELLS,
            unit="objects",
        ),
        Argument(
            "names",
            ArgumentKind.LONG_TEXT,
            "The names of the labels, one a line, for pages that show the counts.",
            default="",
        ),
    ),
    outputs=_outputs,
    code=_code,
    effects=(Effect(rate=PRESERVED),),
    category=Category.SCORES,
)
