"""Checks `return` statements: numbers, arrays by name, and new arrays."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from rune.pyblock.checking.array_statements import new_array
from rune.pyblock.checking.conversions import coerce
from rune.pyblock.checking.expressions import array_of, number
from rune.pyblock.checking.problems import ProblemKind
from rune.pyblock.checking.scope import FunctionScope
from rune.pyblock.ir import Assign, Expression, ReadVariable, Return, Statement
from rune.pyblock.numbers import Scalar
from rune.pyblock.variables import ArrayVariable
from rune.tensor import TensorType


def return_of(
    scope: FunctionScope, node: ast.Return, outputs: Sequence[TensorType | Scalar] | None
) -> tuple[Statement, ...]:
    """Checks a `return` of a function with these outputs; returns nothing if a problem was reported."""
    nodes = _returned_nodes(node)
    expected = outputs or ()
    statements: list[Statement] = []
    result: list[Expression | ArrayVariable] = []
    if len(nodes) != len(expected):
        count = "nothing" if not expected else f"{len(expected)} value" + "s" * (len(expected) > 1)
        scope.report(
            ProblemKind.TYPE, node, f"{scope.node.name} must return {count}", "Return the outputs of its signature."
        )
    for place, (each, output) in enumerate(zip(nodes, expected, strict=False)):
        if isinstance(output, Scalar):
            typed_value = number(scope, each)
            value = None if typed_value is None else coerce(scope, typed_value, output, each, widens=True)
            if value is not None and any(_is_new_array(later) for later in nodes[place + 1 :]):
                # Later values are computed after it, and may call functions that change it.
                temporary = scope.temporary(output)
                statements.append(Assign(temporary, value, each.lineno))
                value = ReadVariable(temporary, each.lineno)
            result += [] if value is None else [value]
            continue
        array_statements, array = _array_output(scope, each, output, place)
        statements += array_statements
        result += [] if array is None else [array]
    scope.assigned_names = None
    is_whole = len(result) == len(expected) == len(nodes)
    return (*statements, Return(tuple(result), node.lineno)) if is_whole else ()


def _returned_nodes(node: ast.Return) -> list[ast.expr]:
    if node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is None):
        return []
    return list(node.value.elts) if isinstance(node.value, ast.Tuple) else [node.value]


def _is_new_array(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Subscript)


def _array_output(
    scope: FunctionScope, node: ast.expr, output: TensorType, place: int
) -> tuple[tuple[Statement, ...], ArrayVariable | None]:
    """Returns the array of an output, and the statements that create it if it is a new array."""
    statements: tuple[Statement, ...] = ()
    if _is_new_array(node):
        name = f"returned {place} {node.lineno}"
        statements = new_array(scope, ast.copy_location(ast.Name(name, ast.Store()), node), node) or ()
        binding = scope.bindings.get(name)
        array = binding if isinstance(binding, ArrayVariable) else None
    elif isinstance(node, ast.List | ast.ListComp):
        output_text = _written_output(scope, place)
        instead = f"Write `{output_text}([...])`, with a number for each element."
        if isinstance(node, ast.ListComp):
            instead = f"Write `y = {output_text}()` in a line before, fill it in a loop, and return y."
        scope.report(ProblemKind.GROWS, node, "A list has no fixed size", instead)
        return (), None
    else:
        array = array_of(scope, node)
    if array is None or array.type == output:
        return statements, array
    scope.report(ProblemKind.TYPE, node, f"This is {array.type} and must be {output}", "Return an array of that type.")
    return (), None


def _written_output(scope: FunctionScope, place: int) -> str:
    """Returns an output's type as the signature writes it."""
    returns = scope.node.returns
    if isinstance(returns, ast.Subscript) and isinstance(returns.slice, ast.Tuple) and _is_several(returns):
        returns = returns.slice.elts[place]
    return "" if returns is None else ast.unparse(returns).replace("'", '"')


def _is_several(returns: ast.Subscript) -> bool:
    return isinstance(returns.value, ast.Name) and returns.value.id == "tuple"
