"""The types of statements that make arrays, and that write elements and slices of them."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from rune.compiler.pyblock.conversions import coerce
from rune.compiler.pyblock.expressions import array_of, indices_of, literal_whole, number, whole
from rune.compiler.pyblock.ir import (
    ArrayVariable,
    Assign,
    Constant,
    Copy,
    Fill,
    Read,
    Role,
    Slice,
    Statement,
    Store,
    Variable,
)
from rune.compiler.pyblock.numbers import Scalar, scalar_of
from rune.compiler.pyblock.problems import Kind
from rune.compiler.pyblock.scope import Scope, Typed
from rune.compiler.pyblock.tables import FOR_EACH, constructor_shape, element_literal, elements_given, is_number
from rune.tensor import ElementType, TensorType


def new_array(scope: Scope, target: ast.Name, value: ast.expr) -> tuple[Statement, ...] | None:
    """A name that becomes an array; None where the value is none."""
    name, line = target.id, target.lineno
    if isinstance(value, ast.Name) and isinstance(
        scope.known.get(value.id, scope.file.constants.get(value.id)), ArrayVariable
    ):
        message = f"{name} would be another name of the array {value.id}"
        scope.report(Kind.OUTSIDE, value, message, f"Write `{value.id}[:]` for a copy, or use {value.id} itself.")
        scope.broken.add(name)
        return ()
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Subscript):
        type_ = constructor_shape(scope.text, value, scope.dimensions, lambda node: literal_whole(scope, node))
        given = None if type_ is None else elements_given(scope.text, type_, value)
        # Before the name is this array: it may stand among its own elements.
        elements = None if type_ is None or given is None else elements_of(scope, type_.element, given)
        if type_ is None or elements is None:
            scope.broken.add(name)
            return ()
        array = array_named(scope, target, type_)
        return () if array is None else (*elements.computed, *filled(array, elements, line))
    if isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Slice):
        source = _slice(scope, value)
        fixed = None if source is None else source.fixed()
        length = None if fixed is None else len(fixed)
        if source is None or length is None or length < 1:
            if source is not None:
                message = "The length of this copy is not fixed" if length is None else "This copy has no elements"
                instead = f"Write `{name} = {source.array.type.element}[16]()` first, then `{name}[:] = x[a:b]`."
                scope.report(Kind.GROWS, value, message, instead)
            scope.broken.add(name)
            return ()
        array = array_named(scope, target, TensorType(source.array.type.element, (length,)))
        return () if array is None else (Copy(Slice(array, None, None, line), source, line),)
    return None


@dataclass(frozen=True)
class Elements:
    """What a new array holds. Each is computed before the array is there, as in Python."""

    computed: tuple[Assign, ...]
    values: tuple[Constant | Read, ...]


def elements_of(scope: Scope, element: ElementType, nodes: Sequence[ast.expr]) -> Elements | None:
    """The elements that expressions give; None when a problem was reported."""
    computed: list[Assign] = []
    values: list[Constant | Read] = []
    for node in nodes:
        literal = element_literal(node, element)
        if literal is not None:
            values.append(Constant(literal, scalar_of(element), node.lineno))
            continue
        if is_number(node):
            scope.report(Kind.NUMBER, node, f"This is no {element}", FOR_EACH)
            return None
        typed = number(scope, node)
        value = None if typed is None else coerce(scope, typed, scalar_of(element), node, widens=True)
        if value is None:
            return None
        held = scope.temporary(scalar_of(element))
        computed.append(Assign(held, value, node.lineno))
        values.append(Read(held, node.lineno))
    return Elements(tuple(computed), tuple(values))


def filled(array: ArrayVariable, elements: Elements, line: int) -> tuple[Statement, ...]:
    """The statements that put the elements into a new array; none are zeros."""
    zero = 0.0 if array.type.element.is_float else 0
    has_constants = any(isinstance(each, Constant) for each in elements.values)
    constants = tuple(each.value if isinstance(each, Constant) else zero for each in elements.values)
    stored = (
        Store(array, _indices_at(place, array.type.dimensions, line), value, line)
        for place, value in enumerate(elements.values)
        if isinstance(value, Read)
    )
    return Fill(array, constants if has_constants else (), line), *stored


def _indices_at(place: int, dimensions: tuple[int, ...], line: int) -> tuple[Constant, ...]:
    """The indices of the element at this place, the last dimension the quickest."""
    indices: list[int] = []
    for size in reversed(dimensions):
        place, index = divmod(place, size)
        indices.append(index)
    return tuple(Constant(index, Scalar.INT, line) for index in reversed(indices))


def hidden_array(scope: Scope, name: str, type_: TensorType) -> ArrayVariable:
    """An array that the text has no name for; `name` is none that a text could have."""
    known = scope.known.get(name)
    if isinstance(known, ArrayVariable) and known.type == type_:
        return known
    made = ArrayVariable(name, type_, Role.LOCAL, is_writable=True)
    scope.known[name] = made
    scope.assign(name)
    return made


def array_named(scope: Scope, target: ast.Name, type_: TensorType) -> ArrayVariable | None:
    """The array that a name stands for from here on; None when a problem was reported."""
    if not scope.may_be_named(target):
        return None
    known = scope.known.get(target.id)
    if known is None:
        array = ArrayVariable(target.id, type_, Role.LOCAL, is_writable=True)
        scope.known[target.id] = array
        scope.assign(target.id)
        return array
    if isinstance(known, ArrayVariable) and known.type == type_ and known.role is Role.LOCAL:
        scope.assign(target.id)
        return known
    what = f"{known.name} is {known.type} already" if isinstance(known, Variable | ArrayVariable) else "It is a number"
    if isinstance(known, ArrayVariable) and known.role is Role.GIVEN:
        what = f"{known.name} is the caller's array, and stays it"
    scope.report(Kind.TYPE, target, what, "Choose another name, or write `y[:] = ...` to change the elements.")
    return None


def store(scope: Scope, target: ast.Subscript, value: ast.expr) -> tuple[Statement, ...]:
    """An element or a slice of an array that is given a value."""
    if isinstance(target.slice, ast.Slice):
        return _store_slice(scope, target, value)
    return store_number(scope, target, number(scope, value), value)


def store_number(scope: Scope, target: ast.Subscript, typed: Typed | None, value: ast.expr) -> tuple[Statement, ...]:
    """An element that is given a number, which `value` is in the text."""
    array = array_of(scope, target.value)
    if array is None:
        return ()
    indices = indices_of(scope, target, array)
    if not is_writable(scope, target, array) or indices is None or typed is None:
        return ()
    result = coerce(scope, typed, scalar_of(array.type.element), value, widens=True)
    return () if result is None else (Store(array, indices, result, target.lineno),)


def is_writable(scope: Scope, node: ast.AST, array: ArrayVariable) -> bool:
    """Whether its elements may be written; reports where not."""
    if array.is_writable:
        return True
    if array.role is Role.TABLE:
        message, instead = f"{array.name} is a constant of the file", f"Copy it first: `y = {array.name}[:]`."
    else:
        message = f"{array.name} is an input, which others read as well"
        instead = f"Copy it first: `y = {array.name}[:]`."
    scope.report(Kind.READ_ONLY, node, message, instead)
    return False


def _store_slice(scope: Scope, target: ast.Subscript, value: ast.expr) -> tuple[Statement, ...]:
    if isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Slice):
        source = _slice(scope, value)
    elif isinstance(value, ast.Name):
        array = array_of(scope, value)
        if array is not None and len(array.type.dimensions) != 1:
            scope.report(Kind.TYPE, value, "A slice has one dimension", "Write the loops over the indices.")
            array = None
        source = None if array is None else Slice(array, None, None, value.lineno)
    else:
        message = "A slice is given a slice or an array"
        scope.report(Kind.TYPE, value, message, "Write a loop: `for i in range(len(y)): y[i] = ...`.")
        source = None
    into = _slice(scope, target)
    if into is None or not is_writable(scope, target, into.array) or source is None:
        return ()
    if into.array.type.element is not source.array.type.element:
        message = f"{source.array.type.element} elements do not go into {into.array.type.element}"
        scope.report(Kind.TYPE, value, message, "Write a loop that converts each.")
        return ()
    return (Copy(into, source, target.lineno),)


def _slice(scope: Scope, node: ast.Subscript) -> Slice | None:
    assert isinstance(node.slice, ast.Slice)  # noqa: S101 - asked by the caller
    array = array_of(scope, node.value)
    if array is None:
        return None
    if len(array.type.dimensions) != 1:
        scope.report(Kind.TYPE, node, "A slice has one dimension", "Write the loops over the indices.")
        return None
    if node.slice.step is not None:
        scope.report(
            Kind.OUTSIDE,
            node.slice.step,
            "A slice has no step",
            "Write a loop: `for i in range(n): y[i] = x[...]`.",
        )
        return None
    limits = [None if each is None else whole(scope, each) for each in (node.slice.lower, node.slice.upper)]
    if any(
        given is not None and found is None
        for given, found in zip((node.slice.lower, node.slice.upper), limits, strict=True)
    ):
        return None
    return Slice(array, limits[0], limits[1], node.lineno)
