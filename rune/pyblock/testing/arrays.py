"""Checks arrays in tests: by name, with `f32[2]([...])`, or a list of numbers, which adopts the type of the other."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from rune.pyblock.checking.array_statements import elements_of, fill_statements, hidden_array, new_array
from rune.pyblock.checking.expressions import array_of, number
from rune.pyblock.checking.problems import ProblemKind
from rune.pyblock.checking.scope import FunctionScope
from rune.pyblock.ir import Statement
from rune.pyblock.numbers import ELEMENTS
from rune.pyblock.variables import ArrayVariable
from rune.tensor import ElementType, TensorType

_ADVICE = "Write the name of an array, or a list of numbers: `[0.5, 1.0]`."
FilledArray = tuple[tuple[Statement, ...], ArrayVariable]
"""The statements that fill an array, and the array."""


def is_array(scope: FunctionScope, node: ast.expr) -> bool:
    """Returns whether an expression is an array, by its syntax or its name."""
    match node:
        case ast.List():
            return True
        case ast.Call(func=ast.Subscript(value=ast.Name(id=name))):
            return name in ELEMENTS
        case ast.Name(id=name):
            return isinstance(scope.bindings.get(name, scope.file.constants.get(name)), ArrayVariable)
    return False


def array_argument(scope: FunctionScope, node: ast.expr, element: ElementType | None) -> FilledArray | None:
    """Checks an array expression. A list gets elements of type `element`. Returns None if a problem was reported."""
    match node:
        case ast.List():
            return _list_argument(scope, node, element or ElementType.F32)
        case ast.Call(func=ast.Subscript()):
            target = ast.copy_location(ast.Name(_name_at(node), ast.Store()), node)
            statements = new_array(scope, target, node)
            known_array = scope.bindings.get(target.id)
            return (statements, known_array) if statements and isinstance(known_array, ArrayVariable) else None
        case ast.Name() if is_array(scope, node):
            array = array_of(scope, node)
            return None if array is None else ((), array)
    if number(scope, node) is not None:
        scope.report(ProblemKind.TEST, node, "This is a number, not an array", _ADVICE)
    return None


def _list_argument(scope: FunctionScope, node: ast.List, element: ElementType) -> FilledArray | None:
    dimensions = tuple(_dimensions(node))
    leaves = list(_leaves(node, len(dimensions)))
    type_ = TensorType(element, dimensions)
    if not leaves or len(leaves) != type_.count or any(isinstance(each, ast.List) for each in leaves):
        scope.report(ProblemKind.TEST, node, "The rows of this list differ in length", _ADVICE)
        return None
    array = hidden_array(scope, _name_at(node), type_)
    elements = elements_of(scope, element, leaves)
    return (
        None if elements is None else ((*elements.assignments, *fill_statements(array, elements, node.lineno)), array)
    )


def _name_at(node: ast.expr) -> str:
    return f"list {node.lineno}:{node.col_offset}"


def _dimensions(node: ast.expr) -> Iterator[int]:
    while isinstance(node, ast.List) and node.elts:
        yield len(node.elts)
        node = node.elts[0]


def _leaves(node: ast.expr, depth: int) -> Iterator[ast.expr]:
    if depth and isinstance(node, ast.List):
        for each in node.elts:
            yield from _leaves(each, depth - 1)
    else:
        yield node
