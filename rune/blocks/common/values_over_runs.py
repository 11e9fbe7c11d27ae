"""Shared parts of the blocks that keep a whole number for each element and count runs: `debounce` and `hold`."""

from __future__ import annotations

from rune.blocks.refusals import SMALL_INTEGERS, check_fits, only_input
from rune.blocks.signature import Argument, ArgumentKind, Arguments, BlockOutput, BlockState, integer
from rune.tensor import ElementType, TensorType

_ELEMENTS = (*SMALL_INTEGERS, ElementType.U32, ElementType.I32)
_MOST_RUNS = 1_000_000


def whole_values(block: str, inputs: tuple[TensorType, ...], arguments: Arguments, value: str) -> tuple[BlockOutput]:
    """Values of the input's type. `value` is an argument that must be one. Raises `BlockError`."""
    type_ = only_input(block, inputs, _ELEMENTS, "whole numbers")
    check_fits(value, integer(arguments, value), type_)
    return (BlockOutput(type_),)


def values_and_counts(
    type_: TensorType, values: tuple[str, str], counts: tuple[str, str, str]
) -> tuple[BlockState, BlockState]:
    """Returns the state: `values` are the help and the effect of a restart, `counts` the earlier name of the counts."""
    name, help_, restart = counts
    counts_type = TensorType(ElementType.I32, type_.dimensions)
    no_time = "runs count and not time, so"
    return (
        BlockState("values", type_, values[0], f"{no_time} {values[1]}"),
        BlockState(name, counts_type, help_, f"{no_time} a gap changes nothing; {restart}"),
    )


def runs(help_: str, default: int, minimum: int) -> Argument:
    """The argument that is a number of runs."""
    return Argument("runs", ArgumentKind.INTEGER, help_, default, minimum, _MOST_RUNS, unit="runs")


def whole_value(name: str, help_: str) -> Argument:
    """An argument that is a value of any of the types."""
    return Argument(name, ArgumentKind.INTEGER, help_, default=0, minimum=-(2**31), maximum=2**32 - 1)
