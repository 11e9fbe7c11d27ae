"""Checks array constructors: `f32[16]()` for zeros, `f32[3]([0.1, 0.2, 0.3])` for numbers."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from rune.pyblock.checking.problems import ProblemKind
from rune.pyblock.checking.signature import MAX_ELEMENTS
from rune.pyblock.checking.source import BlockText
from rune.pyblock.numbers import ELEMENTS, limits_of, to_f32
from rune.tensor import ElementType, TensorType

_EXAMPLE = "Write `f32[16]()` for zeros, or `f32[3]([0.1, 0.2, 0.3])`."
ONE_PER_ELEMENT = "Write a number for each element."


@dataclass(frozen=True)
class ArrayLiteral:
    """The type and values of an array constructor. Without values, the array contains zeros."""

    type: TensorType
    values: tuple[int | float, ...]


def array_literal(
    text: BlockText, node: ast.Call, names: Mapping[str, int], whole: Callable[[ast.expr], int | None]
) -> ArrayLiteral | None:
    """Checks an array constructor with literal elements; returns None if a problem was reported.

    `whole` returns the value of an expression that is known during the check.
    """
    type_ = constructor_shape(text, node, names, whole)
    if type_ is None:
        return None
    nodes = element_nodes(text, type_, node)
    return None if nodes is None else _array_literal(text, type_, nodes)


def constructor_shape(
    text: BlockText, node: ast.Call, names: Mapping[str, int], whole: Callable[[ast.expr], int | None]
) -> TensorType | None:
    """Returns the array type before the parentheses."""
    head = node.func
    if not (isinstance(head, ast.Subscript) and isinstance(head.value, ast.Name) and head.value.id in ELEMENTS):
        text.report(ProblemKind.TYPE, text.place(head), "This does not create an array", _EXAMPLE)
        return None
    dimensions = []
    for part in head.slice.elts if isinstance(head.slice, ast.Tuple) else [head.slice]:
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            size = names.get(part.value)
            if size is None:
                names_text = ", ".join(f'"{name}"' for name in names) or "none"
                text.report(
                    ProblemKind.NAME,
                    text.place(part),
                    f'There is no dimension "{part.value}"',
                    f"There are {names_text}.",
                )
                return None
        else:
            size = whole(part)
        if size is None or not 1 <= size <= MAX_ELEMENTS:
            message = f"A dimension is a number from 1 to {MAX_ELEMENTS} that is known when the rune is built"
            text.report(
                ProblemKind.GROWS, text.place(part), message, 'Write the number, a dimension `"n"`, or `len(x)`.'
            )
            return None
        dimensions.append(size)
    type_ = TensorType(ELEMENTS[head.value.id], tuple(dimensions))
    if type_.count > MAX_ELEMENTS:
        text.report(
            ProblemKind.GROWS, text.place(head), f"An array has at most {MAX_ELEMENTS} elements", "Make it smaller."
        )
        return None
    return type_


def element_nodes(text: BlockText, type_: TensorType, node: ast.Call) -> tuple[ast.expr, ...] | None:
    """Returns the node of each element, none for zeros; None if a problem was reported."""
    if node.keywords or len(node.args) > 1:
        text.report(
            ProblemKind.CALL, text.place(node), "An array is created from one list of numbers, or from none", _EXAMPLE
        )
        return None
    if not node.args:
        return ()
    if isinstance(node.args[0], ast.ListComp | ast.GeneratorExp):
        instead = (
            f"Write `y = {ast.unparse(node.func)}()`, and fill it in a loop: `for i in range(len(x)): y[i] = ...`."
        )
        text.report(
            ProblemKind.GROWS,
            text.place(node.args[0]),
            "An array cannot be created by a comprehension",
            instead.replace("'", '"'),
        )
        return None
    leaves = tuple(_leaves(node.args[0], type_.dimensions))
    for each in leaves:
        if isinstance(each, ast.List | ast.Tuple):
            message = f"The list does not have the dimensions {list(type_.dimensions)}"
            text.report(ProblemKind.NUMBER, text.place(each), message, ONE_PER_ELEMENT)
            return None
    if len(leaves) != type_.count:
        message = f"{type_} has {type_.count} elements, but the list has {len(leaves)}"
        text.report(ProblemKind.NUMBER, text.place(node.args[0]), message, ONE_PER_ELEMENT)
        return None
    return leaves


def _array_literal(text: BlockText, type_: TensorType, leaves: tuple[ast.expr, ...]) -> ArrayLiteral | None:
    values = []
    for each in leaves:
        value = element_literal(each, type_.element)
        if value is None:
            text.report(ProblemKind.NUMBER, text.place(each), f"This is not a valid {type_.element}", ONE_PER_ELEMENT)
            return None
        values.append(value)
    return ArrayLiteral(type_, tuple(values))


def _leaves(node: ast.expr, dimensions: tuple[int, ...]) -> Iterator[ast.expr]:
    """Returns the elements of nested lists of these lengths. A list of another length is returned whole."""
    if not dimensions:
        yield node
    elif isinstance(node, ast.List | ast.Tuple) and (len(node.elts) == dimensions[0] or len(dimensions) == 1):
        for each in node.elts:
            yield from _leaves(each, dimensions[1:])
    else:
        yield node


def element_literal(node: ast.expr, element: ElementType) -> int | float | None:
    """Returns the value of a literal as an element stores it; None if it is not a literal or does not fit."""
    if not is_number(node):
        return None
    value = ast.literal_eval(node)
    if element.is_float:
        number = to_f32(value) if element is ElementType.F32 else float(value)
        return number if math.isfinite(number) else None
    least, most = limits_of(element)
    return value if isinstance(value, int) and least <= value <= most else None


def is_number(node: ast.expr) -> bool:
    """Returns whether a node is one number literal, with or without a sign."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node = node.operand
    if not isinstance(node, ast.Constant) or isinstance(node.value, bool):
        return False
    return isinstance(node.value, int | float)
