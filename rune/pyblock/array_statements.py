"""The types of statements that make arrays, and that write elements and slices of them."""

from __future__ import annotations

import ast

from rune.pyblock.conversions import coerce
from rune.pyblock.expressions import array_of, indices_of, literal_whole, number, whole
from rune.pyblock.ir import (
    ArrayVariable,
    Constant,
    Copy,
    Fill,
    Role,
    Slice,
    Statement,
    Store,
    Variable,
)
from rune.pyblock.numbers import scalar_of
from rune.pyblock.problems import Kind
from rune.pyblock.scope import Scope
from rune.pyblock.tables import array_literal
from rune.tensor import TensorType


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
        made = array_literal(scope.text, value, scope.dimensions, lambda node: literal_whole(scope, node))
        if made is None:
            scope.broken.add(name)
            return ()
        array = array_named(scope, target, made.type)
        return () if array is None else (Fill(array, made.values, line),)
    if isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Slice):
        source = _slice(scope, value)
        length = None if source is None else _fixed_length(source)
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
    typed = number(scope, value)
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
            Kind.OUTSIDE, node.slice.step, "A slice has no step", "Write a loop: `for i in range(a, b, step):`."
        )
        return None
    limits = [None if each is None else whole(scope, each) for each in (node.slice.lower, node.slice.upper)]
    if any(
        given is not None and found is None
        for given, found in zip((node.slice.lower, node.slice.upper), limits, strict=True)
    ):
        return None
    return Slice(array, limits[0], limits[1], node.lineno)


def _fixed_length(source: Slice) -> int | None:
    """How many elements a slice has, where its limits are literals."""
    limits: list[int | None] = []
    for each in (source.start, source.stop):
        if each is not None and not isinstance(each, Constant):
            return None
        limits.append(None if each is None else int(each.value))
    return len(range(*slice(*limits).indices(source.array.type.count)))
