"""From a file's text to a checked block for inputs of known types, or to all problems of the text."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from rune.compiler.pyblock.calls import FUNCTIONS, call
from rune.compiler.pyblock.expressions import number
from rune.compiler.pyblock.ir import (
    ArrayVariable,
    Block,
    Constant,
    Function,
    Role,
    Variable,
)
from rune.compiler.pyblock.mathematics import SOURCE as MATHEMATICS
from rune.compiler.pyblock.numbers import Scalar
from rune.compiler.pyblock.problems import Kind, Problem
from rune.compiler.pyblock.scope import WORDS, Again, FileScope, Scope
from rune.compiler.pyblock.signature import (
    SCALARS,
    ArrayShape,
    BlockSignature,
    bind,
    output_type,
    read_shape,
    read_signature,
)
from rune.compiler.pyblock.source import BlockText, names_in, parse_text
from rune.compiler.pyblock.statements import block_of
from rune.compiler.pyblock.tables import array_literal
from rune.tensor import TensorType

MATHEMATICS_FILE = "math"
"""The file that the functions of the mathematics stand in, which no project has."""
MOST_SPECIALISED = 24
"""How often a helper is compiled for arrays of other sizes."""
MOST_CONSTANT = 1 << 16
"""Elements of a constant: a file's text has room for fewer, and zeros are made where they are written to."""
UNBOUND = 64
"""What a dimension is taken for while no wire says it."""


@dataclass(frozen=True, eq=False)
class Checked:
    """What a file is. `block` is None when there are problems. `marks` say how Python must round to give the same
    bits, by the nodes of `tree`."""

    text: BlockText
    problems: tuple[Problem, ...]
    signature: BlockSignature | None
    block: Block | None
    tree: ast.Module | None
    marks: Mapping[ast.AST, Sequence[str]]
    dimensions: Mapping[str, int]
    scopes: Mapping[ast.FunctionDef, Scope]
    """What each function knew when it was last looked at."""


@dataclass(frozen=True, eq=False)
class ReadFile:
    """A file whose signature was read."""

    text: BlockText
    tree: ast.Module | None
    signature: BlockSignature | None


def read_file(file: str, source: str) -> ReadFile:
    """The signature of a file's block, without a look at what it does."""
    text = BlockText(file, source)
    tree = parse_text(text)
    return ReadFile(text, tree, None if tree is None else read_signature(tree, text))


def check_file(file: str, source: str, types: Sequence[TensorType] | None = None) -> Checked:
    """Checks a whole file for inputs of these types; without them every name of a dimension is `UNBOUND`. What is wrong
    is a problem. Raises `UnfitInput` for types that the signature does not take."""
    read = read_file(file, source)
    text, tree, signature = read.text, read.tree, read.signature
    if tree is None:
        return Checked(text, tuple(text.problems), None, None, None, {}, {}, {})
    scope = file_scope(tree, text)
    block = None
    names: dict[str, int] = {}
    if signature is not None:
        names = dict.fromkeys(signature.names(), UNBOUND) if types is None else bind(signature, types)
        block = _block(scope, signature, names)
    check_unused(scope, signature)
    problems = tuple(sorted(text.problems, key=lambda each: (each.place, each.message)))
    return Checked(text, problems, signature, None if problems else block, tree, scope.marks, names, scope.scopes)


def file_scope(tree: ast.Module, text: BlockText, adapt: Callable[[FileScope], None] | None = None) -> FileScope:
    """The constants and functions of a file; what else it holds is reported. `adapt` says what else it may hold."""
    constants: dict[str, Constant | ArrayVariable] = {}
    helpers: dict[str, ast.FunctionDef] = {}
    scope = FileScope(text, constants, helpers, _imports_math(tree), mathematics, call, specialise)
    if adapt is not None:
        adapt(scope)
    for node in tree.body:
        match node:
            case ast.FunctionDef(name=name):
                if name in WORDS or name in helpers:
                    text.report(
                        Kind.NAME, text.word(node, name), f"{name} has a meaning already", "Choose another name."
                    )
                else:
                    helpers[name] = node
            case ast.Import(names=[ast.alias(name="math", asname=None)]):
                pass
            case ast.Import() | ast.ImportFrom():
                instead = "Write `import math`; the types need no import."
                if any(alias.name.partition(".")[0] == "numpy" for alias in node.names):
                    instead = "Remove it: `sum`, `max`, `len`, loops and `math` do what it does, on every device."
                text.report(Kind.OUTSIDE, text.place(node), "A block imports only math, whole", instead)
            case ast.Expr(value=ast.Constant(value=str())):
                pass
            case ast.Assign(targets=[ast.Name(id=name) as target], value=value):
                if name in WORDS or name in constants:
                    message = f"{name} has a meaning already"
                    text.report(Kind.NAME, text.place(target), message, "Choose another name.")
                    continue
                found = _file_constant(scope, name, value)
                if found is not None:
                    constants[name] = found
            case ast.ClassDef():
                text.report(Kind.OUTSIDE, text.word(node, "class"), "A block has no classes", "Use arrays and helpers.")
            case _:
                message = "A file holds the block, helpers, and constants"
                text.report(Kind.OUTSIDE, text.place(node), message, "Move the line into a function.")
    return scope


def _imports_math(tree: ast.Module) -> bool:
    return any(isinstance(node, ast.Import) and [each.name for each in node.names] == ["math"] for node in tree.body)


def _file_constant(scope: FileScope, name: str, value: ast.expr) -> Constant | ArrayVariable | None:
    outside = Scope(scope, _NOWHERE, {}, frozenset(), {})
    if isinstance(value, ast.Call):
        special = scope.special_constant(name, value)
        if special is not None:
            return special
        made = array_literal(scope.text, value, {}, lambda node: _whole_literal(outside, node))
        if made is None:
            return None
        if made.type.count > MOST_CONSTANT:
            message = f"A constant has at most {MOST_CONSTANT:,} elements, and this has {made.type.count:,}"
            scope.text.report(Kind.GROWS, scope.text.place(value), message, "Make the array in a function.")
            return None
        values = made.values or (0,) * made.type.count
        return ArrayVariable(name, made.type, Role.TABLE, is_writable=False, data=values)
    typed = number(outside, value)
    if typed is not None and isinstance(typed.expression, Constant):
        return typed.expression
    if typed is not None:
        scope.text.report(Kind.OUTSIDE, scope.text.place(value), "This is no constant", "Compute it in the block.")
    return None


_NOWHERE = next(node for node in ast.parse("def nowhere(): pass").body if isinstance(node, ast.FunctionDef))


def _whole_literal(scope: Scope, node: ast.expr) -> int | None:
    typed = number(scope, node)
    if typed is not None and isinstance(typed.expression, Constant) and typed.type is Scalar.INT:
        return int(typed.expression.value)
    return None


def _block(file: FileScope, signature: BlockSignature, names: Mapping[str, int]) -> Block | None:
    inputs: list[Variable | ArrayVariable] = []
    for given in signature.inputs:
        if isinstance(given.shape, ArrayShape):
            inputs.append(ArrayVariable(given.name, given.shape.bound(names), Role.GIVEN, is_writable=False))
        else:
            inputs.append(Variable(given.name, given.shape))
    parameters = tuple(Variable(setting.name, setting.type) for setting in signature.settings)
    states = tuple(
        ArrayVariable(given.name, given.shape.bound(names), Role.GIVEN, is_writable=True)
        for given in signature.states
        if isinstance(given.shape, ArrayShape)
    )
    outputs = tuple(shape.bound(names) if isinstance(shape, ArrayShape) else shape for shape in signature.outputs)
    entry = checked_function(file, signature.node, (*inputs, *parameters, *states), names, outputs, None)
    if entry is None:
        return None
    functions = called_by(entry)
    input_types = tuple(
        each.type if isinstance(each, ArrayVariable) else output_type(each.type, names) for each in inputs
    )
    output_types = tuple(output_type(shape, names) for shape in signature.outputs)
    return Block(entry, functions, input_types, parameters, states, output_types)


def called_by(entry: Function) -> tuple[Function, ...]:
    """All functions that a function calls, those first that others call."""
    found: dict[Function, None] = {}

    def visit(function: Function) -> None:
        for each in function.calls:
            if each not in found:
                visit(each)
                found[each] = None

    visit(entry)
    return tuple(found)


def checked_function(
    file: FileScope,
    node: ast.FunctionDef,
    parameters: tuple[Variable | ArrayVariable, ...],
    names: Mapping[str, int],
    outputs: tuple[TensorType | Scalar, ...],
    gives: Scalar | None,
) -> Function | None:
    """A function for parameters of these types."""
    before = len(file.text.problems)
    decided: dict[str, Scalar] = {}
    file.active.append(node.name)
    try:
        while True:
            for each in ast.walk(node):
                file.marks.pop(each, None)
            scope = file.scopes[node] = Scope(file, node, names, names_in(node.body), decided)
            for parameter in parameters:
                scope.known[parameter.name] = parameter
                scope.assign(parameter.name)
            try:
                body = block_of(scope, node.body, outputs)
                break
            except Again:
                del file.text.problems[before:]
    finally:
        file.active.pop()
    if scope.assigned is not None and outputs:
        message = f"{node.name} may end without giving anything"
        file.text.report(Kind.TYPE, file.text.word(node, node.name), message, "End every way with `return`.")
    if len(file.text.problems) > before:
        return None
    own = [each for name, each in scope.known.items() if each not in parameters]
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
    file: FileScope, node: ast.FunctionDef, given: tuple[Scalar | ArrayVariable, ...], at: ast.Call
) -> Function | None:
    """A helper for arguments of these types; checked once for each."""
    signature = _helper_signature(file, node)
    if signature is None:
        return None
    shapes, gives = signature
    names: dict[str, int] = {}
    parameters: list[Variable | ArrayVariable] = []
    for argument, shape, value in zip((*node.args.posonlyargs, *node.args.args), shapes, given, strict=True):
        if isinstance(shape, Scalar):
            parameters.append(Variable(argument.arg, shape))
            continue
        if not isinstance(value, ArrayVariable) or not _fits(shape, value.type, names):
            message = f"{node.name} takes {shape} as {argument.arg}"
            text = f"{message} and not {value.type if isinstance(value, ArrayVariable) else value}"
            file.text.report(Kind.TYPE, file.text.place(at), text, "Give it an array of that type.")
            return None
        parameters.append(ArrayVariable(argument.arg, value.type, Role.GIVEN, value.is_writable))
    key = (
        node,
        tuple((each.type, each.is_writable if isinstance(each, ArrayVariable) else None) for each in parameters),
    )
    if key not in file.specialised and sum(known[0] is node for known in file.specialised) >= MOST_SPECIALISED:
        message = f"{node.name} is called with more than {MOST_SPECIALISED} different sizes of arrays"
        file.text.report(Kind.CALL, file.text.place(at), message, "Use arrays of fewer sizes.")
        return None
    if key not in file.specialised:
        outputs = () if gives is None else (gives,)
        file.specialised[key] = checked_function(file, node, tuple(parameters), names, outputs, gives)
    return file.specialised[key]


def _fits(shape: ArrayShape, type_: TensorType, names: dict[str, int]) -> bool:
    if shape.element is not type_.element or len(shape.dimensions) != len(type_.dimensions):
        return False
    for dimension, size in zip(shape.dimensions, type_.dimensions, strict=True):
        if (names.setdefault(dimension, size) if isinstance(dimension, str) else dimension) != size:
            return False
    return True


def _helper_signature(
    file: FileScope, node: ast.FunctionDef
) -> tuple[tuple[ArrayShape | Scalar, ...], Scalar | None] | None:
    """A helper's parameters and the number that it gives; None when a problem was reported."""
    before = len(file.text.problems)
    arguments = node.args
    if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.defaults or node.decorator_list:
        message = "A helper takes its arguments by their order, each without a default"
        instead = f"Write `def {node.name}(x: f32, y: f32) -> f32:`."
        file.text.report(Kind.SIGNATURE, file.text.word(node, node.name), message, instead)
    shapes = []
    for each in (*arguments.posonlyargs, *arguments.args):
        shape = read_shape(each.annotation, file.text, "a parameter")
        if shape is not None:
            shapes.append(shape)
        elif each.annotation is None:
            message = f"The parameter {each.arg} has no type"
            file.text.report(Kind.SIGNATURE, file.text.place(each), message, f"Write `{each.arg}: f32`.")
    match node.returns:
        case None | ast.Constant(value=None):
            gives = None
        case ast.Name(id=name) if name in SCALARS:
            gives = SCALARS[name]
        case returned:
            gives = None
            message = "A helper gives a number"
            instead = 'Hand it an array to fill: `def fill(x: f32["n"], y: f32["n"]) -> None:`.'
            file.text.report(Kind.SIGNATURE, file.text.place(returned), message, instead)
    if len(file.text.problems) > before or len(shapes) != len(arguments.posonlyargs) + len(arguments.args):
        return None
    return tuple(shapes), gives


def check_unused(file: FileScope, signature: BlockSignature | None) -> None:
    """Checks the helpers that nothing calls yet, so that they are not wrong in silence."""
    called = {key[0] for key in file.specialised}
    for node in file.helpers.values():
        if node in called or (signature is not None and node is signature.node):
            continue
        if signature is None and node.name == file.text.file.rpartition("/")[2].removesuffix(".py"):
            continue
        found = _helper_signature(file, node)
        if found is None:
            continue
        given: list[Scalar | ArrayVariable] = []
        for shape in found[0]:
            if isinstance(shape, Scalar):
                given.append(shape)
            else:
                names = {each: UNBOUND for each in shape.dimensions if isinstance(each, str)}
                given.append(ArrayVariable("", shape.bound(names), Role.GIVEN, is_writable=True))
        nowhere = ast.copy_location(ast.Call(ast.Name(node.name), [], []), node)
        specialise(file, node, tuple(given), nowhere)


@cache
def _mathematics_file() -> tuple[FileScope, Mapping[str, ast.FunctionDef]]:
    text = BlockText(MATHEMATICS_FILE, MATHEMATICS)
    tree = parse_text(text)
    if tree is None:
        raise ValueError(text.problems)
    scope = file_scope(tree, text)
    return scope, scope.helpers


_NAMED_OTHERWISE = {"pow": "raised"}
"""Functions of the mathematics whose name has another meaning in the language."""


@cache
def mathematics(name: str) -> Function:
    """A function of the mathematics, checked."""
    file, helpers = _mathematics_file()
    node = helpers[_NAMED_OTHERWISE.get(name, name)]
    given = tuple(Scalar.F64 for _ in node.args.args)
    nowhere = ast.copy_location(ast.Call(ast.Name(name), [], []), node)
    found = specialise(file, node, given, nowhere)
    if found is None:
        raise ValueError([(each.message, each.place) for each in file.text.problems])
    return found


def mathematics_file() -> FileScope:
    """The file of the mathematics with the marks of all its functions, to run it in Python."""
    for name in FUNCTIONS:
        mathematics(name)
    return _mathematics_file()[0]
