"""Checks statements that create arrays and that assign their elements and slices."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from rune.pyblock.checking.conversions import coerce
from rune.pyblock.checking.expressions import array_of, indices_of, literal_whole, number, whole
from rune.pyblock.checking.problems import ProblemKind
from rune.pyblock.checking.scope import FunctionScope, TypedValue
from rune.pyblock.checking.tables import (
    ONE_PER_ELEMENT,
    constructor_shape,
    element_literal,
    element_nodes,
    is_number,
)
from rune.pyblock.ir import (
    Assign,
    CopySlice,
    Fill,
    NumberConstant,
    ReadVariable,
    Slice,
    Statement,
    StoreElement,
)
from rune.pyblock.numbers import Scalar, scalar_of
from rune.pyblock.variables import ArrayRole, ArrayVariable, Variable
from rune.tensor import ElementType, TensorType


def new_array(scope: FunctionScope, target: ast.Name, value: ast.expr) -> tuple[Statement, ...] | None:
    """Checks an assignment of a new array to a name; returns None if the value is not an array."""
    name, line = target.id, target.lineno
    if isinstance(value, ast.Name) and isinstance(
        scope.bindings.get(value.id, scope.file.constants.get(value.id)), ArrayVariable
    ):
        message = f"{name} would be another name for the array {value.id}"
        source_array = array_of(scope, value)
        if source_array is not None:
            instead = f"{_copy_advice(name, source_array)} Or use {value.id} itself."
            scope.report(ProblemKind.OUTSIDE, value, message, instead)
        scope.reported_names.add(name)
        return ()
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Subscript):
        type_ = constructor_shape(scope.text, value, scope.dimensions, lambda node: literal_whole(scope, node))
        nodes = None if type_ is None else element_nodes(scope.text, type_, value)
        # Before the name is bound: it may be used in its own elements.
        elements = None if type_ is None or nodes is None else elements_of(scope, type_.element, nodes)
        if type_ is None or elements is None:
            scope.reported_names.add(name)
            return ()
        array = array_named(scope, target, type_)
        return () if array is None else (*elements.assignments, *fill_statements(array, elements, line))
    if isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Slice):
        source = _slice(scope, value)
        fixed_range = None if source is None else source.fixed()
        length = None if fixed_range is None else len(fixed_range)
        if source is None or length is None or length < 1:
            if source is not None:
                message = "The length of this copy is not fixed" if length is None else "This copy has no elements"
                instead = f"Write `{name} = {source.array.type.element}[16]()` first, then `{name}[:] = x[a:b]`."
                scope.report(ProblemKind.GROWS, value, message, instead)
            scope.reported_names.add(name)
            return ()
        array = array_named(scope, target, TensorType(source.array.type.element, (length,)))
        return () if array is None else (CopySlice(Slice(array, None, None, line), source, line),)
    return None


@dataclass(frozen=True)
class Elements:
    """The elements of a new array. They are computed before the array is created, as in Python."""

    assignments: tuple[Assign, ...]
    values: tuple[NumberConstant | ReadVariable, ...]


def elements_of(scope: FunctionScope, element: ElementType, nodes: Sequence[ast.expr]) -> Elements | None:
    """Checks the expressions of elements; returns None if a problem was reported."""
    assignments: list[Assign] = []
    values: list[NumberConstant | ReadVariable] = []
    for node in nodes:
        literal = element_literal(node, element)
        if literal is not None:
            values.append(NumberConstant(literal, scalar_of(element), node.lineno))
            continue
        if is_number(node):
            scope.report(ProblemKind.NUMBER, node, f"This is not a valid {element}", ONE_PER_ELEMENT)
            return None
        typed_value = number(scope, node)
        value = None if typed_value is None else coerce(scope, typed_value, scalar_of(element), node, widens=True)
        if value is None:
            return None
        temporary = scope.temporary(scalar_of(element))
        assignments.append(Assign(temporary, value, node.lineno))
        values.append(ReadVariable(temporary, node.lineno))
    return Elements(tuple(assignments), tuple(values))


def fill_statements(array: ArrayVariable, elements: Elements, line: int) -> tuple[Statement, ...]:
    """Returns the statements that fill a new array with elements; without elements, with zeros."""
    zero = 0.0 if array.type.element.is_float else 0
    has_constants = any(isinstance(each, NumberConstant) for each in elements.values)
    constants = tuple(each.value if isinstance(each, NumberConstant) else zero for each in elements.values)
    stores = (
        StoreElement(array, _indices_at(place, array.type.dimensions, line), value, line)
        for place, value in enumerate(elements.values)
        if isinstance(value, ReadVariable)
    )
    return Fill(array, constants if has_constants else (), line), *stores


def _indices_at(place: int, dimensions: tuple[int, ...], line: int) -> tuple[NumberConstant, ...]:
    """Returns the indices of the element at this position in row-major order."""
    indices: list[int] = []
    for size in reversed(dimensions):
        place, index = divmod(place, size)
        indices.append(index)
    return tuple(NumberConstant(index, Scalar.INT, line) for index in reversed(indices))


def hidden_array(scope: FunctionScope, name: str, type_: TensorType) -> ArrayVariable:
    """Returns an internal array; `name` must not be a name that a text can use."""
    binding = scope.bindings.get(name)
    if isinstance(binding, ArrayVariable) and binding.type == type_:
        return binding
    array = ArrayVariable(name, type_, ArrayRole.LOCAL, is_writable=True)
    scope.bindings[name] = array
    scope.assign(name)
    return array


def array_named(scope: FunctionScope, target: ast.Name, type_: TensorType) -> ArrayVariable | None:
    """Binds a name to a local array of this type; returns None if a problem was reported."""
    if not scope.may_be_named(target):
        return None
    binding = scope.bindings.get(target.id)
    if binding is None:
        array = ArrayVariable(target.id, type_, ArrayRole.LOCAL, is_writable=True)
        scope.bindings[target.id] = array
        scope.assign(target.id)
        return array
    if isinstance(binding, ArrayVariable) and binding.type == type_ and binding.role is ArrayRole.LOCAL:
        scope.assign(target.id)
        return binding
    what = (
        f"{binding.name} is {binding.type} already"
        if isinstance(binding, Variable | ArrayVariable)
        else "It is a number"
    )
    if isinstance(binding, ArrayVariable) and binding.role is ArrayRole.CALLER:
        what = f"{binding.name} is an input or state and cannot be replaced"
    scope.report(ProblemKind.TYPE, target, what, "Choose another name, or write `y[:] = ...` to change the elements.")
    return None


def store(scope: FunctionScope, target: ast.Subscript, value: ast.expr) -> tuple[Statement, ...]:
    """Checks an assignment to an element or a slice of an array."""
    if isinstance(target.slice, ast.Slice):
        return _store_slice(scope, target, value)
    return store_number(scope, target, number(scope, value), value)


def store_number(
    scope: FunctionScope, target: ast.Subscript, source: TypedValue | None, value: ast.expr
) -> tuple[Statement, ...]:
    """Checks an assignment of a number to an element. `value` is the node of the number."""
    array = array_of(scope, target.value)
    if array is None:
        return ()
    indices = indices_of(scope, target, array)
    if not is_writable(scope, target, array) or indices is None or source is None:
        return ()
    result = coerce(scope, source, scalar_of(array.type.element), value, widens=True)
    return () if result is None else (StoreElement(array, indices, result, target.lineno),)


def is_writable(scope: FunctionScope, node: ast.AST, array: ArrayVariable) -> bool:
    """Returns whether the elements can be assigned; reports a problem if not."""
    if array.is_writable:
        return True
    if array.role is ArrayRole.TABLE:
        message = f"{array.name} is a constant of the file"
    else:
        message = f"{array.name} is an input, which other blocks can read too"
    scope.report(ProblemKind.READ_ONLY, node, message, f"Copy it first. {_copy_advice('y', array)}")
    return False


def _copy_advice(name: str, array: ArrayVariable) -> str:
    """Returns how to copy an array to a name, in the form that its number of dimensions allows."""
    source, count = array.name, len(array.type.dimensions)
    if count == 1:
        return f"Write `{name} = {source}[:]` for a copy."
    indices = ", ".join("ijklmn"[:count])
    firsts = ["", *(f"[{', '.join('0' * axis)}]" for axis in range(1, count))]
    sizes = ", ".join(f"len({source}{first})" for first in firsts)
    return (
        f"Write `{name} = {array.type.element}[{sizes}]()`, and in a loop for each dimension "
        f"`{name}[{indices}] = {source}[{indices}]`."
    )


def _report_slice(scope: FunctionScope, node: ast.expr, array: ArrayVariable) -> None:
    """Reports a slice of an array with several dimensions."""
    message = "Only arrays with one dimension have slices"
    scope.report(ProblemKind.TYPE, node, message, f"Write loops over the indices. {_copy_advice('y', array)}")


def _store_slice(scope: FunctionScope, target: ast.Subscript, value: ast.expr) -> tuple[Statement, ...]:
    if isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Slice):
        source = _slice(scope, value)
    elif isinstance(value, ast.Name):
        array = array_of(scope, value)
        if array is not None and len(array.type.dimensions) != 1:
            _report_slice(scope, value, array)
            array = None
        source = None if array is None else Slice(array, None, None, value.lineno)
    else:
        message = "A slice can be assigned only from a slice or an array"
        scope.report(ProblemKind.TYPE, value, message, "Write a loop: `for i in range(len(y)): y[i] = ...`.")
        source = None
    into = _slice(scope, target)
    if into is None or not is_writable(scope, target, into.array) or source is None:
        return ()
    if into.array.type.element is not source.array.type.element:
        message = f"{source.array.type.element} elements cannot be assigned to {into.array.type.element}"
        scope.report(ProblemKind.TYPE, value, message, "Write a loop that converts each element.")
        return ()
    return (CopySlice(into, source, target.lineno),)


def _slice(scope: FunctionScope, node: ast.Subscript) -> Slice | None:
    assert isinstance(node.slice, ast.Slice)  # noqa: S101 - asked by the caller
    array = array_of(scope, node.value)
    if array is None:
        return None
    if len(array.type.dimensions) != 1:
        _report_slice(scope, node, array)
        return None
    if node.slice.step is not None:
        scope.report(
            ProblemKind.OUTSIDE,
            node.slice.step,
            "A slice cannot have a step",
            "Write a loop: `for i in range(n): y[i] = x[...]`.",
        )
        return None
    limits = [None if each is None else whole(scope, each) for each in (node.slice.lower, node.slice.upper)]
    if any(
        node_limit is not None and limit is None
        for node_limit, limit in zip((node.slice.lower, node.slice.upper), limits, strict=True)
    ):
        return None
    return Slice(array, limits[0], limits[1], node.lineno)
