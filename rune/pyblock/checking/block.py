"""Checks the text of a block's file for inputs of known types: gives a typed block, or all problems of the text."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from rune.pyblock.checking.calls import FUNCTIONS, call
from rune.pyblock.checking.expressions import number
from rune.pyblock.checking.functions import checked_function, functions_called_by, helper_signature, specialise
from rune.pyblock.checking.problems import Insertion, Problem, ProblemKind, TextRange
from rune.pyblock.checking.scope import RESERVED_NAMES, FileScope, FunctionScope
from rune.pyblock.checking.signature import (
    ArrayShape,
    BlockSignature,
    bind,
    output_type,
    read_signature,
)
from rune.pyblock.checking.source import BlockText, parse_text
from rune.pyblock.checking.tables import array_literal
from rune.pyblock.ir import Function, NumberConstant, TypedBlock
from rune.pyblock.mathematics.functions import SOURCE as MATHEMATICS
from rune.pyblock.numbers import Scalar
from rune.pyblock.variables import ArrayRole, ArrayVariable, Variable
from rune.tensor import TensorType

MATHEMATICS_FILE = "math"
"""The file name of the math library in the compiler. No project has a file with this name."""
MAX_CONSTANT_ELEMENTS = 1 << 16
"""The maximum number of elements of a constant."""
DEFAULT_DIMENSION = 64
"""The size of a dimension whose connected tensor is not known."""


@dataclass(frozen=True, eq=False)
class CheckedBlockFile:
    """A checked file. `block` is None if there are problems. `marks` say how Python must round the nodes of `tree` to
    get the same bits as the compiled code."""

    text: BlockText
    problems: tuple[Problem, ...]
    signature: BlockSignature | None
    block: TypedBlock | None
    tree: ast.Module | None
    marks: Mapping[ast.AST, Sequence[str]]
    dimensions: Mapping[str, int]
    scopes: Mapping[ast.FunctionDef, FunctionScope]
    """The scope of each function after its last check."""


@dataclass(frozen=True, eq=False)
class ReadFile:
    """A parsed file with the signature of its block."""

    text: BlockText
    tree: ast.Module | None
    signature: BlockSignature | None


def read_file(file: str, source: str) -> ReadFile:
    """Reads the signature of a file's block without checking its body."""
    text = BlockText(file, source)
    tree = parse_text(text)
    return ReadFile(text, tree, None if tree is None else read_signature(tree, text))


def check_file(file: str, source: str, types: Sequence[TensorType] | None = None) -> CheckedBlockFile:
    """Checks a whole file for inputs of these types; without types, every named dimension is `DEFAULT_DIMENSION`.

    Raises `UnfitInput` for types that do not match the signature.
    """
    parsed_file = read_file(file, source)
    text, tree, signature = parsed_file.text, parsed_file.tree, parsed_file.signature
    if tree is None:
        return CheckedBlockFile(text, tuple(text.problems), None, None, None, {}, {}, {})
    scope = file_scope(tree, text)
    block = None
    names: dict[str, int] = {}
    if signature is not None:
        names = dict.fromkeys(signature.names(), DEFAULT_DIMENSION) if types is None else bind(signature, types)
        block = _block(scope, signature, names)
    check_unused(scope, signature)
    problems = tuple(sorted(text.problems, key=lambda each: (each.place, each.message)))
    return CheckedBlockFile(
        text, problems, signature, None if problems else block, tree, scope.marks, names, scope.scopes
    )


def file_scope(tree: ast.Module, text: BlockText, adapt: Callable[[FileScope], None] | None = None) -> FileScope:
    """Collects the constants and functions of a file and reports everything else. `adapt` can allow more."""
    constants: dict[str, NumberConstant | ArrayVariable] = {}
    helpers: dict[str, ast.FunctionDef] = {}
    scope = FileScope(text, constants, helpers, _imports_math(tree), mathematics, call, specialise)
    if adapt is not None:
        adapt(scope)
    for node in tree.body:
        match node:
            case ast.FunctionDef(name=name):
                if name in RESERVED_NAMES or name in helpers:
                    text.report(
                        ProblemKind.NAME, text.word(node, name), f"{name} already has a meaning", "Choose another name."
                    )
                else:
                    helpers[name] = node
            case ast.Import(names=[ast.alias(name="math", asname=None)]):
                pass
            case ast.Import() | ast.ImportFrom():
                instead = "Write `import math`. Types need no import."
                if any(alias.name.partition(".")[0] == "numpy" for alias in node.names):
                    instead = "Remove it, and use `sum`, `max`, `len`, loops and `math`, which work on every device."
                # The whole line goes, unless another statement is on it.
                is_alone = text.text.split("\n")[node.lineno - 1].strip() == ast.get_source_segment(text.text, node)
                whole = TextRange(node.lineno, 0, (node.end_lineno or node.lineno) + 1, 0)
                removal = Insertion("Remove this import", whole, "") if is_alone else None
                message = "A block can import only `math`, with `import math`"
                text.report(ProblemKind.OUTSIDE, text.place(node), message, instead, removal)
            case ast.Expr(value=ast.Constant(value=str())):
                pass
            case ast.Assign(targets=[ast.Name(id=name) as target], value=value):
                if name in RESERVED_NAMES or name in constants:
                    message = f"{name} already has a meaning"
                    text.report(ProblemKind.NAME, text.place(target), message, "Choose another name.")
                    continue
                constant = _file_constant(scope, name, value)
                if constant is not None:
                    constants[name] = constant
            case ast.ClassDef():
                text.report(
                    ProblemKind.OUTSIDE,
                    text.word(node, "class"),
                    "A block cannot define classes",
                    "Use arrays and helper functions.",
                )
            case _:
                message = "A file can contain only the block, helper functions and constants"
                text.report(ProblemKind.OUTSIDE, text.place(node), message, "Move the line into a function.")
    return scope


def _imports_math(tree: ast.Module) -> bool:
    return any(isinstance(node, ast.Import) and [each.name for each in node.names] == ["math"] for node in tree.body)


def _file_constant(scope: FileScope, name: str, value: ast.expr) -> NumberConstant | ArrayVariable | None:
    outside = FunctionScope(scope, _NOWHERE, {}, frozenset(), {})
    if isinstance(value, ast.Call):
        special = scope.special_constant(name, value)
        if special is not None:
            return special
        literal = array_literal(scope.text, value, {}, lambda node: _whole_literal(outside, node))
        if literal is None:
            return None
        if literal.type.count > MAX_CONSTANT_ELEMENTS:
            message = f"A constant has at most {MAX_CONSTANT_ELEMENTS:,} elements, and this has {literal.type.count:,}"
            scope.text.report(ProblemKind.GROWS, scope.text.place(value), message, "Create the array in a function.")
            return None
        values = literal.values or (0,) * literal.type.count
        return ArrayVariable(name, literal.type, ArrayRole.TABLE, is_writable=False, data=values)
    typed_value = number(outside, value)
    if typed_value is not None and isinstance(typed_value.expression, NumberConstant):
        return typed_value.expression
    if typed_value is not None:
        scope.text.report(
            ProblemKind.OUTSIDE, scope.text.place(value), "This is not a constant", "Compute it in the block."
        )
    return None


_NOWHERE = next(node for node in ast.parse("def nowhere(): pass").body if isinstance(node, ast.FunctionDef))


def _whole_literal(scope: FunctionScope, node: ast.expr) -> int | None:
    typed_value = number(scope, node)
    if (
        typed_value is not None
        and isinstance(typed_value.expression, NumberConstant)
        and typed_value.type is Scalar.INT
    ):
        return int(typed_value.expression.value)
    return None


def _block(file: FileScope, signature: BlockSignature, names: Mapping[str, int]) -> TypedBlock | None:
    inputs: list[Variable | ArrayVariable] = []
    for parameter in signature.inputs:
        if isinstance(parameter.shape, ArrayShape):
            inputs.append(
                ArrayVariable(parameter.name, parameter.shape.bound(names), ArrayRole.CALLER, is_writable=False)
            )
        else:
            inputs.append(Variable(parameter.name, parameter.shape))
    parameters = tuple(Variable(setting.name, setting.type) for setting in signature.settings)
    states = tuple(
        ArrayVariable(parameter.name, parameter.shape.bound(names), ArrayRole.CALLER, is_writable=True)
        for parameter in signature.states
        if isinstance(parameter.shape, ArrayShape)
    )
    outputs = tuple(shape.bound(names) if isinstance(shape, ArrayShape) else shape for shape in signature.outputs)
    entry = checked_function(file, signature.node, (*inputs, *parameters, *states), names, outputs, None)
    if entry is None:
        return None
    functions = functions_called_by(entry)
    input_types = tuple(
        each.type if isinstance(each, ArrayVariable) else output_type(each.type, names) for each in inputs
    )
    output_types = tuple(output_type(shape, names) for shape in signature.outputs)
    return TypedBlock(entry, functions, input_types, parameters, states, output_types)


def check_unused(file: FileScope, signature: BlockSignature | None) -> None:
    """Checks helpers that are never called, so that their problems are reported too."""
    called_helpers = {key[0] for key in file.specialisations}
    for node in file.helpers.values():
        if node in called_helpers or (signature is not None and node is signature.node):
            continue
        if signature is None and node.name == file.text.file.rpartition("/")[2].removesuffix(".py"):
            continue
        signature_of_helper = helper_signature(file, node)
        if signature_of_helper is None:
            continue
        arguments: list[Scalar | ArrayVariable] = []
        for shape in signature_of_helper[0]:
            if isinstance(shape, Scalar):
                arguments.append(shape)
            else:
                names = {each: DEFAULT_DIMENSION for each in shape.dimensions if isinstance(each, str)}
                arguments.append(ArrayVariable("", shape.bound(names), ArrayRole.CALLER, is_writable=True))
        nowhere = ast.copy_location(ast.Call(ast.Name(node.name), [], []), node)
        specialise(file, node, tuple(arguments), nowhere)


@cache
def _mathematics_file() -> tuple[FileScope, Mapping[str, ast.FunctionDef]]:
    text = BlockText(MATHEMATICS_FILE, MATHEMATICS)
    tree = parse_text(text)
    if tree is None:
        raise ValueError(text.problems)
    scope = file_scope(tree, text)
    return scope, scope.helpers


_NAMED_OTHERWISE = {"pow": "raised"}
"""Functions of the math library whose names have another meaning in the language."""


@cache
def mathematics(name: str) -> Function:
    """Returns a checked function of the math library."""
    file, helpers = _mathematics_file()
    node = helpers[_NAMED_OTHERWISE.get(name, name)]
    arguments = tuple(Scalar.F64 for _ in node.args.args)
    nowhere = ast.copy_location(ast.Call(ast.Name(name), [], []), node)
    function = specialise(file, node, arguments, nowhere)
    if function is None:
        raise ValueError([(each.message, each.place) for each in file.text.problems])
    return function


def mathematics_file() -> FileScope:
    """Returns the file of the math library with the marks of all its functions, to run it in Python."""
    for name in FUNCTIONS:
        mathematics(name)
    return _mathematics_file()[0]
