"""Bounds the growth of variables that a loop only adds to, by the number of its iterations.

With widening alone each could be any 64-bit number, and every addition would need a run-time check.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rune.pyblock.intervals.arithmetic import Interval
from rune.pyblock.ir import (
    Assign,
    BinaryOperation,
    Expression,
    For,
    ForEach,
    If,
    ReadVariable,
    Statement,
    While,
)
from rune.pyblock.numbers import Scalar
from rune.pyblock.variables import Variable


@dataclass(frozen=True)
class _Change:
    """A statement that changes a variable. `adds` is the addend expression and its sign; None for any other change."""

    variable: Variable
    adds: tuple[Expression, int] | None
    loops: tuple[For | ForEach | While, ...]
    """The loops between the outer loop and the statement."""


def growth(
    body: Sequence[Statement], iterations: int, of: Callable[[Expression], Interval], inner: Mapping[For, int]
) -> Mapping[Variable, Interval]:
    """Returns how much each variable that a loop's body only adds to can grow in all iterations.

    `of` returns the interval of an expression, `inner` holds the maximum iterations of the inner loops.
    """
    intervals: dict[Variable, Interval | None] = {}
    for change in _changes(body, ()):
        before = intervals.get(change.variable, (0, 0))
        times = _times(change.loops, inner)
        if before is None or change.adds is None or times is None:
            intervals[change.variable] = None
            continue
        addend, sign = change.adds
        ends = [sign * each * times * iterations for each in of(addend)]
        intervals[change.variable] = (before[0] + min(0, *ends), before[1] + max(0, *ends))
    return {variable: interval for variable, interval in intervals.items() if interval is not None}


def _times(loops: Sequence[For | ForEach | While], inner: Mapping[For, int]) -> int | None:
    """Returns how often a statement in these loops can run; None if that is not known."""
    times = 1
    for loop in loops:
        match loop:
            case For() if loop in inner:
                times *= inner[loop]
            case ForEach():
                times *= loop.source.type.count
            case _:
                return None
    return times


def _changes(body: Sequence[Statement], loops: tuple[For | ForEach | While, ...]) -> Iterator[_Change]:
    for statement in body:
        match statement:
            case Assign(variable, value) if variable.type is Scalar.INT:
                yield _Change(variable, _addend(variable, value), loops)
            case If():
                yield from _changes(statement.yes, loops)
                yield from _changes(statement.no, loops)
            case For() | ForEach():
                yield _Change(statement.variable, None, loops)
                yield from _changes(statement.body, (*loops, statement))
            case While():
                yield from _changes(statement.body, (*loops, statement))


def _addend(variable: Variable, value: Expression) -> tuple[Expression, int] | None:
    """Returns what a sum adds to the variable that it is assigned to, with its sign; None for any other value."""
    match value:
        case BinaryOperation("+" | "-" as operator, ReadVariable(read), addend) if read is variable:
            return addend, 1 if operator == "+" else -1
        case BinaryOperation("+", addend, ReadVariable(read)) if read is variable:
            return addend, 1
    return None
