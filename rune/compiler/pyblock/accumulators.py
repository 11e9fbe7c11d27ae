"""Whole numbers that a loop only adds to: after so many turns they have grown by no more than so much.

Widening alone takes each of them for any number of 64 bits, and a sum would be checked in every turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rune.compiler.pyblock.interval_arithmetic import Interval
from rune.compiler.pyblock.ir import Assign, Binary, Expression, For, ForEach, If, Read, Statement, Variable, While
from rune.compiler.pyblock.numbers import Scalar


@dataclass(frozen=True)
class _Change:
    """A statement that changes a variable. `adds` is what it adds, with its sign; None where it does anything else."""

    variable: Variable
    adds: tuple[Expression, int] | None
    loops: tuple[For | ForEach | While, ...]
    """Those between the outer loop and the statement."""


def growth(
    body: Sequence[Statement], turns: int, of: Callable[[Expression], Interval], inner: Mapping[For, int]
) -> Mapping[Variable, Interval]:
    """How much each variable that a loop's body only adds to can grow in all its turns.

    `of` gives the limits of an expression wherever it is computed, `inner` the most turns of the loops inside.
    """
    found: dict[Variable, Interval | None] = {}
    for change in _changes(body, ()):
        before = found.get(change.variable, (0, 0))
        times = _times(change.loops, inner)
        if before is None or change.adds is None or times is None:
            found[change.variable] = None
            continue
        added, sign = change.adds
        ends = [sign * each * times * turns for each in of(added)]
        found[change.variable] = (before[0] + min(0, *ends), before[1] + max(0, *ends))
    return {variable: interval for variable, interval in found.items() if interval is not None}


def _times(loops: Sequence[For | ForEach | While], inner: Mapping[For, int]) -> int | None:
    """How often a statement in these loops runs at most; None where that is not known."""
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
                yield _Change(variable, _added(variable, value), loops)
            case If():
                yield from _changes(statement.yes, loops)
                yield from _changes(statement.no, loops)
            case For() | ForEach():
                yield _Change(statement.variable, None, loops)
                yield from _changes(statement.body, (*loops, statement))
            case While():
                yield from _changes(statement.body, (*loops, statement))


def _added(variable: Variable, value: Expression) -> tuple[Expression, int] | None:
    """What a sum adds to the variable that it is assigned to. If that reads the variable as well, it is not bounded."""
    match value:
        case Binary("+" | "-" as operator, Read(read), added) if read is variable:
            return added, 1 if operator == "+" else -1
        case Binary("+", added, Read(read)) if read is variable:
            return added, 1
    return None
