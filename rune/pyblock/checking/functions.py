"""Checks the functions of a block's file, a helper once for each combination of argument types."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from rune.pyblock.checking.problems import ProblemKind
from rune.pyblock.checking.scope import FileScope, FunctionScope, RecheckFunction
from rune.pyblock.checking.signature import (
    SCALARS,
    ArrayShape,
    read_shape,
)
from rune.pyblock.checking.source import names_in
from rune.pyblock.checking.statements import block_of
from rune.pyblock.ir import Function
from rune.pyblock.numbers import Scalar
from rune.pyblock.variables import ArrayRole, ArrayVariable, Variable
from rune.tensor import TensorType

MAX_SPECIALISATIONS = 24
"""The maximum number of array sizes that a helper is compiled for."""


def functions_called_by(entry: Function) -> tuple[Function, ...]:
    """Returns all functions that a function calls, directly or not, each before its callers."""
    functions: dict[Function, None] = {}

    def visit(function: Function) -> None:
        for each in function.calls:
            if each not in functions:
                visit(each)
                functions[each] = None

    visit(entry)
    return tuple(functions)


def checked_function(
    file: FileScope,
    node: ast.FunctionDef,
    parameters: tuple[Variable | ArrayVariable, ...],
    names: Mapping[str, int],
    outputs: tuple[TensorType | Scalar, ...],
    gives: Scalar | None,
) -> Function | None:
    """Checks a function for parameters of these types. Returns None if a problem was reported."""
    before = len(file.text.problems)
    promotions: dict[str, Scalar] = {}
    file.call_stack.append(node.name)
    try:
        while True:
            for each in ast.walk(node):
                file.marks.pop(each, None)
            scope = file.scopes[node] = FunctionScope(file, node, names, names_in(node.body), promotions)
            for parameter in parameters:
                scope.bindings[parameter.name] = parameter
                scope.assign(parameter.name)
            try:
                body = block_of(scope, node.body, outputs)
                break
            except RecheckFunction:
                del file.text.problems[before:]
    finally:
        file.call_stack.pop()
    if scope.assigned_names is not None and outputs:
        message = f"{node.name} can end without returning a value"
        file.text.report(ProblemKind.TYPE, file.text.word(node, node.name), message, "End every path with `return`.")
    if len(file.text.problems) > before:
        return None
    own = [each for name, each in scope.bindings.items() if each not in parameters]
    return Function(
        name=node.name,
        parameters=parameters,
        variables=(*(each for each in own if isinstance(each, Variable)), *scope.temporaries),
        arrays=tuple(each for each in own if isinstance(each, ArrayVariable)),
        body=body,
        gives=gives,
        file=file.text.file,
        calls=tuple(scope.calls),
    )


def specialise(
    file: FileScope, node: ast.FunctionDef, arguments: tuple[Scalar | ArrayVariable, ...], at: ast.Call
) -> Function | None:
    """Returns a helper for arguments of these types; each combination is checked once."""
    signature = helper_signature(file, node)
    if signature is None:
        return None
    shapes, gives = signature
    names: dict[str, int] = {}
    parameters: list[Variable | ArrayVariable] = []
    for argument, shape, value in zip((*node.args.posonlyargs, *node.args.args), shapes, arguments, strict=True):
        if isinstance(shape, Scalar):
            parameters.append(Variable(argument.arg, shape))
            continue
        if not isinstance(value, ArrayVariable) or not _fits(shape, value.type, names):
            message = f"{argument.arg} of {node.name} must be {shape}"
            text = f"{message}, not {value.type if isinstance(value, ArrayVariable) else value}"
            file.text.report(ProblemKind.TYPE, file.text.place(at), text, "Pass an array of that type.")
            return None
        parameters.append(ArrayVariable(argument.arg, value.type, ArrayRole.CALLER, value.is_writable))
    key = (
        node,
        tuple((each.type, each.is_writable if isinstance(each, ArrayVariable) else None) for each in parameters),
    )
    if (
        key not in file.specialisations
        and sum(helper_key[0] is node for helper_key in file.specialisations) >= MAX_SPECIALISATIONS
    ):
        message = f"{node.name} is called with more than {MAX_SPECIALISATIONS} different sizes of arrays"
        file.text.report(ProblemKind.CALL, file.text.place(at), message, "Use arrays of fewer sizes.")
        return None
    if key not in file.specialisations:
        outputs = () if gives is None else (gives,)
        file.specialisations[key] = checked_function(file, node, tuple(parameters), names, outputs, gives)
    return file.specialisations[key]


def _fits(shape: ArrayShape, type_: TensorType, names: dict[str, int]) -> bool:
    if shape.element is not type_.element or len(shape.dimensions) != len(type_.dimensions):
        return False
    for dimension, size in zip(shape.dimensions, type_.dimensions, strict=True):
        if (names.setdefault(dimension, size) if isinstance(dimension, str) else dimension) != size:
            return False
    return True


def helper_signature(
    file: FileScope, node: ast.FunctionDef
) -> tuple[tuple[ArrayShape | Scalar, ...], Scalar | None] | None:
    """Returns a helper's parameter types and the type that it returns; None if a problem was reported."""
    before = len(file.text.problems)
    arguments = node.args
    if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.defaults or node.decorator_list:
        message = "A helper can have only positional parameters without defaults"
        instead = f"Write `def {node.name}(x: f32, y: f32) -> f32:`."
        file.text.report(ProblemKind.SIGNATURE, file.text.word(node, node.name), message, instead)
    shapes = []
    for each in (*arguments.posonlyargs, *arguments.args):
        shape = read_shape(each.annotation, file.text, "a parameter")
        if shape is not None:
            shapes.append(shape)
        elif each.annotation is None:
            message = f"The parameter {each.arg} has no type"
            file.text.report(ProblemKind.SIGNATURE, file.text.place(each), message, f"Write `{each.arg}: f32`.")
    match node.returns:
        case None | ast.Constant(value=None):
            gives = None
        case ast.Name(id=name) if name in SCALARS:
            gives = SCALARS[name]
        case returned:
            gives = None
            message = "A helper can return only a number"
            instead = 'To return an array, pass one to fill: `def fill(x: f32["n"], y: f32["n"]) -> None:`.'
            file.text.report(ProblemKind.SIGNATURE, file.text.place(returned), message, instead)
    if len(file.text.problems) > before or len(shapes) != len(arguments.posonlyargs) + len(arguments.args):
        return None
    return tuple(shapes), gives
