"""What a function gives at its ends: numbers, arrays by name, and arrays that are made there."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from rune.compiler.pyblock.array_statements import new_array
from rune.compiler.pyblock.conversions import coerce
from rune.compiler.pyblock.expressions import array_of, number
from rune.compiler.pyblock.ir import ArrayVariable, Assign, Expression, Read, Return, Statement
from rune.compiler.pyblock.numbers import Scalar
from rune.compiler.pyblock.problems import Kind
from rune.compiler.pyblock.scope import Scope
from rune.tensor import TensorType


def return_of(scope: Scope, node: ast.Return, outputs: Sequence[TensorType | Scalar] | None) -> tuple[Statement, ...]:
    """What is given at an end of a function, which has these outputs; nothing when a problem was reported."""
    nodes = _returned(node)
    wanted = outputs or ()
    statements: list[Statement] = []
    result: list[Expression | ArrayVariable] = []
    if len(nodes) != len(wanted):
        count = "nothing" if not wanted else f"{len(wanted)} value" + "s" * (len(wanted) > 1)
        scope.report(Kind.TYPE, node, f"{scope.node.name} gives {count}", "Return what its signature says.")
    for place, (each, output) in enumerate(zip(nodes, wanted, strict=False)):
        if isinstance(output, Scalar):
            typed = number(scope, each)
            given = None if typed is None else coerce(scope, typed, output, each, widens=True)
            if given is not None and any(_is_new_array(later) for later in nodes[place + 1 :]):
                # What stands behind it is computed after it, and may call what changes it.
                held = scope.temporary(output)
                statements.append(Assign(held, given, each.lineno))
                given = Read(held, each.lineno)
            result += [] if given is None else [given]
            continue
        made, array = _array_output(scope, each, output, place)
        statements += made
        result += [] if array is None else [array]
    scope.assigned = None
    is_whole = len(result) == len(wanted) == len(nodes)
    return (*statements, Return(tuple(result), node.lineno)) if is_whole else ()


def _returned(node: ast.Return) -> list[ast.expr]:
    if node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is None):
        return []
    return list(node.value.elts) if isinstance(node.value, ast.Tuple) else [node.value]


def _is_new_array(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Subscript)


def _array_output(
    scope: Scope, node: ast.expr, output: TensorType, place: int
) -> tuple[tuple[Statement, ...], ArrayVariable | None]:
    """The array that is given, and what makes it where it is made here, under a name that no text has."""
    made: tuple[Statement, ...] = ()
    if _is_new_array(node):
        name = f"returned {place} {node.lineno}"
        made = new_array(scope, ast.copy_location(ast.Name(name, ast.Store()), node), node) or ()
        found = scope.known.get(name)
        array = found if isinstance(found, ArrayVariable) else None
    elif isinstance(node, ast.List | ast.ListComp):
        wanted = _written_output(scope, place)
        instead = f"Write `{wanted}([...])`, with a number for each."
        if isinstance(node, ast.ListComp):
            instead = f"Write `y = {wanted}()` in a line before, fill it in a loop, and give y."
        scope.report(Kind.GROWS, node, "A list has no fixed size", instead)
        return (), None
    else:
        array = array_of(scope, node)
    if array is None or array.type == output:
        return made, array
    scope.report(Kind.TYPE, node, f"This is {array.type} and must be {output}", "Return an array of that type.")
    return (), None


def _written_output(scope: Scope, place: int) -> str:
    """An output's type as the signature says it."""
    returns = scope.node.returns
    if isinstance(returns, ast.Subscript) and isinstance(returns.slice, ast.Tuple) and _is_several(returns):
        returns = returns.slice.elts[place]
    return "" if returns is None else ast.unparse(returns).replace("'", '"')


def _is_several(returns: ast.Subscript) -> bool:
    return isinstance(returns.value, ast.Name) and returns.value.id == "tuple"
