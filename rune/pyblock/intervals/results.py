"""Finds the arrays of a block that can be stored directly in its outputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rune.pyblock.ir import For, ForEach, Function, If, Return, Statement, While
from rune.pyblock.variables import ArrayRole, ArrayVariable


def arrays_of_outputs(entry: Function) -> Mapping[ArrayVariable, int]:
    """Returns the arrays that need no memory of their own, with the number of the output that each of them is.

    Every `return` must return the array as this output and as no other. Its contents are lost only when the block is
    called again, and outputs share no memory with inputs.
    """
    returns = list(_returns(entry.body))
    outputs: dict[ArrayVariable, int] = {}
    for number in range(min((len(each.values) for each in returns), default=0)):
        values = {each.values[number] for each in returns}
        array = values.pop()
        if values or not isinstance(array, ArrayVariable) or array.role is not ArrayRole.LOCAL:
            continue
        if array in entry.arrays and all(each.values.count(array) == 1 for each in returns):
            outputs[array] = number
    return outputs


def _returns(body: Sequence[Statement]) -> Iterator[Return]:
    for statement in body:
        match statement:
            case Return():
                yield statement
            case If():
                yield from _returns(statement.yes)
                yield from _returns(statement.no)
            case For() | ForEach() | While():
                yield from _returns(statement.body)
