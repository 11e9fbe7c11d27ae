"""Which arrays of a block are written where its outputs are: those that it makes and gives, each in one place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rune.compiler.pyblock.ir import ArrayVariable, For, ForEach, Function, If, Return, Role, Statement, While


def arrays_of_outputs(entry: Function) -> Mapping[ArrayVariable, int]:
    """The arrays that need no memory of their own, with the number of the output that each of them is.

    Every return gives the array as this output and as no other. What it held is lost only when the block is called
    again, and outputs share no memory with inputs.
    """
    returns = list(_returns(entry.body))
    found: dict[ArrayVariable, int] = {}
    for number in range(min((len(each.values) for each in returns), default=0)):
        given = {each.values[number] for each in returns}
        array = given.pop()
        if given or not isinstance(array, ArrayVariable) or array.role is not Role.LOCAL:
            continue
        if array in entry.arrays and all(each.values.count(array) == 1 for each in returns):
            found[array] = number
    return found


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
