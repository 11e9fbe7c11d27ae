"""The block `window`: a stream of small chunks as windows that overlap. The C is in window.h."""

from __future__ import annotations

from pathlib import Path

from rune.blocks.meaning import SAME
from rune.blocks.signature import (
    Argument,
    ArgumentKind,
    Arguments,
    Block,
    BlockCode,
    BlockError,
    BlockOutput,
    BlockPace,
    BlockState,
    Category,
    integer,
)
from rune.tensor import ElementType, TensorType

_HEAD = 16
"""Bytes of `struct rune_window_state` in window.h before its elements."""
_MOST = 1 << 24


def _outputs(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockOutput, ...]:
    if len(inputs) != 1:
        raise BlockError(f"window takes 1 input, the newest of a stream, and not {len(inputs)}")
    chunk, rows = inputs[0], _rows(inputs[0])
    if chunk.element is ElementType.UTF8 or rows < 1:
        raise BlockError(f"window takes numbers, the newest of a stream, and not {chunk}", input_index=0)
    size, hop = integer(arguments, "size"), _hop(chunk, arguments)
    if size < rows:
        raise BlockError(f"a window of {size} is smaller than what each run adds, {rows}", argument="size")
    if hop % rows:
        message = f"a hop of {hop} is no multiple of what each run adds, {rows}, so windows would come unevenly"
        raise BlockError(message, argument="hop")
    if hop > size:
        raise BlockError(f"a hop of {hop} is larger than the window of {size}: what is between is lost", argument="hop")
    return (BlockOutput(TensorType(chunk.element, (size, *chunk.dimensions[1:]))),)


def _rows(chunk: TensorType) -> int:
    """Returns how much each run adds: time goes along the first axis."""
    return chunk.dimensions[0] if chunk.dimensions and chunk.count else 0


def _hop(chunk: TensorType, arguments: Arguments) -> int:
    return integer(arguments, "hop") or _rows(chunk)


def _code(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    chunk = inputs[0]
    row = chunk.size // _rows(chunk)
    size = integer(arguments, "size")
    return BlockCode(
        "rune_window",
        numbers=(_rows(chunk), size, _hop(chunk, arguments), row),
        state_size=_HEAD + size * row,
        pace=_pace(inputs, arguments),
    )


def _state(inputs: tuple[TensorType, ...], arguments: Arguments) -> tuple[BlockState, ...]:
    (output,) = _outputs(inputs, arguments)
    size = integer(arguments, "size")
    return (
        BlockState(
            "newest",
            output.type,
            f"The last {size} of the stream",
            f"nothing comes until {size} have been read after a restart; a gap in the stream stays in the window, "
            f"unnoticed, until {size} more have been read",
        ),
    )


def _pace(inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockPace:
    rows = _rows(inputs[0])
    return BlockPace(-(-integer(arguments, "size") // rows), _hop(inputs[0], arguments) // rows)


BLOCK = Block(
    name="window",
    summary="Turns a stream of small chunks into windows that overlap.",
    header=Path(__file__).parent / "window.h",
    arguments=(
        Argument(
            "size", ArgumentKind.INTEGER, "How much a window holds, such as samples of sound.", minimum=1, maximum=_MOST
        ),
        Argument(
            "hop",
            ArgumentKind.INTEGER,
            "How much is new in each window; 0 makes a window in each run. A multiple of what a run reads.",
            default=0,
            minimum=0,
            maximum=_MOST,
        ),
    ),
    outputs=_outputs,
    code=_code,
    state=_state,
    pace=_pace,
    effects=(SAME,),
    category=Category.TIME,
)
