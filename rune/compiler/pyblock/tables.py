"""Arrays that the text makes: `f32[16]()` of zeros, `f32[3]([0.1, 0.2, 0.3])` of numbers."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from rune.compiler.pyblock.numbers import ELEMENTS, limits_of, to_f32
from rune.compiler.pyblock.problems import Kind
from rune.compiler.pyblock.signature import MAX_ELEMENTS
from rune.compiler.pyblock.source import BlockText
from rune.tensor import ElementType, TensorType

_EXAMPLE = "Write `f32[16]()` for zeros, or `f32[3]([0.1, 0.2, 0.3])`."
FOR_EACH = "Write a number for each element."


@dataclass(frozen=True)
class Made:
    """A new array; no values mean zeros."""

    type: TensorType
    values: tuple[int | float, ...]


def array_literal(
    text: BlockText, node: ast.Call, names: Mapping[str, int], whole: Callable[[ast.expr], int | None]
) -> Made | None:
    """The array that a call makes; None when a problem was reported.

    `whole` is a number that is known while checking.
    """
    type_ = constructor_shape(text, node, names, whole)
    if type_ is None:
        return None
    given = elements_given(text, type_, node)
    return None if given is None else _filled(text, type_, given)


def constructor_shape(
    text: BlockText, node: ast.Call, names: Mapping[str, int], whole: Callable[[ast.expr], int | None]
) -> TensorType | None:
    """The type in front of the parentheses."""
    head = node.func
    if not (isinstance(head, ast.Subscript) and isinstance(head.value, ast.Name) and head.value.id in ELEMENTS):
        text.report(Kind.TYPE, text.place(head), "This makes no array", _EXAMPLE)
        return None
    dimensions = []
    for part in head.slice.elts if isinstance(head.slice, ast.Tuple) else [head.slice]:
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            size = names.get(part.value)
            if size is None:
                known = ", ".join(f'"{name}"' for name in names) or "none"
                text.report(Kind.NAME, text.place(part), f'There is no dimension "{part.value}"', f"There are {known}.")
                return None
        else:
            size = whole(part)
        if size is None or not 1 <= size <= MAX_ELEMENTS:
            message = f"A dimension is a number from 1 to {MAX_ELEMENTS} that is known before the rune runs"
            text.report(Kind.GROWS, text.place(part), message, 'Write the number, a dimension `"n"`, or `len(x)`.')
            return None
        dimensions.append(size)
    type_ = TensorType(ELEMENTS[head.value.id], tuple(dimensions))
    if type_.count > MAX_ELEMENTS:
        text.report(Kind.GROWS, text.place(head), f"An array has at most {MAX_ELEMENTS} elements", "Make it smaller.")
        return None
    return type_


def elements_given(text: BlockText, type_: TensorType, node: ast.Call) -> tuple[ast.expr, ...] | None:
    """What stands for each element of a new array, none for zeros; None when a problem was reported."""
    if node.keywords or len(node.args) > 1:
        text.report(Kind.CALL, text.place(node), "An array is made of one list of numbers, or of none", _EXAMPLE)
        return None
    if not node.args:
        return ()
    if isinstance(node.args[0], ast.ListComp | ast.GeneratorExp):
        instead = (
            f"Write `y = {ast.unparse(node.func)}()`, and fill it in a loop: `for i in range(len(x)): y[i] = ...`."
        )
        text.report(Kind.GROWS, text.place(node.args[0]), "An array is filled in a loop", instead.replace("'", '"'))
        return None
    leaves = tuple(_leaves(node.args[0], type_.dimensions))
    for each in leaves:
        if isinstance(each, ast.List | ast.Tuple):
            message = f"The list is not of the form {list(type_.dimensions)}"
            text.report(Kind.NUMBER, text.place(each), message, FOR_EACH)
            return None
    if len(leaves) != type_.count:
        message = f"{type_} has {type_.count} elements, and {len(leaves)} are given"
        text.report(Kind.NUMBER, text.place(node.args[0]), message, FOR_EACH)
        return None
    return leaves


def _filled(text: BlockText, type_: TensorType, leaves: tuple[ast.expr, ...]) -> Made | None:
    values = []
    for each in leaves:
        found = element_literal(each, type_.element)
        if found is None:
            text.report(Kind.NUMBER, text.place(each), f"This is no {type_.element}", FOR_EACH)
            return None
        values.append(found)
    return Made(type_, tuple(values))


def _leaves(node: ast.expr, dimensions: tuple[int, ...]) -> Iterator[ast.expr]:
    """The elements of nested lists of these lengths; a list of another length stands for itself, and is refused."""
    if not dimensions:
        yield node
    elif isinstance(node, ast.List | ast.Tuple) and (len(node.elts) == dimensions[0] or len(dimensions) == 1):
        for each in node.elts:
            yield from _leaves(each, dimensions[1:])
    else:
        yield node


def element_literal(node: ast.expr, element: ElementType) -> int | float | None:
    """The number of a literal, as an element holds it; None where it is none or does not fit."""
    if not is_number(node):
        return None
    value = ast.literal_eval(node)
    if element.is_float:
        number = to_f32(value) if element is ElementType.F32 else float(value)
        return number if math.isfinite(number) else None
    least, most = limits_of(element)
    return value if isinstance(value, int) and least <= value <= most else None


def is_number(node: ast.expr) -> bool:
    """Whether it is written as one number, with or without a sign."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node = node.operand
    if not isinstance(node, ast.Constant) or isinstance(node.value, bool):
        return False
    return isinstance(node.value, int | float)
