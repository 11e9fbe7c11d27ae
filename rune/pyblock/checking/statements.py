"""Checks statements, and tracks which names have a value after each."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from rune.pyblock.checking.array_statements import is_writable, new_array, store, store_number
from rune.pyblock.checking.calls import any_call
from rune.pyblock.checking.conversions import MAX_PROMOTED, coerce, condition, is_float_literal
from rune.pyblock.checking.expressions import OPERATORS, array_of, indices_of, number, operation
from rune.pyblock.checking.loops import head_of, names_of_target
from rune.pyblock.checking.problems import ProblemKind
from rune.pyblock.checking.returns import return_of
from rune.pyblock.checking.scope import FunctionScope, RecheckFunction, TypedValue, merged
from rune.pyblock.checking.signature import SCALARS
from rune.pyblock.ir import (
    Assign,
    Evaluate,
    Expression,
    If,
    Leave,
    LoadElement,
    NumberConstant,
    ReadVariable,
    Statement,
    StoreElement,
    While,
)
from rune.pyblock.numbers import Scalar, scalar_of
from rune.pyblock.variables import ArrayVariable, Variable
from rune.tensor import TensorType

_OUTSIDE: dict[type[ast.stmt], tuple[ProblemKind, str, str, str]] = {
    ast.ClassDef: (ProblemKind.OUTSIDE, "class", "A block cannot define classes", "Use arrays and helper functions."),
    ast.AsyncFunctionDef: (ProblemKind.OUTSIDE, "async", "A block cannot use async code", "Write `def`."),
    ast.AsyncFor: (ProblemKind.OUTSIDE, "async", "A block cannot use async code", "Write `for`."),
    ast.AsyncWith: (ProblemKind.OUTSIDE, "async", "A block cannot use async code", "Remove it."),
    ast.With: (ProblemKind.OUTSIDE, "with", "A block cannot use `with`", "Remove `with`."),
    ast.Try: (
        ProblemKind.OUTSIDE,
        "try",
        "A block cannot catch errors",
        "Test with `if` before an operation that can fail.",
    ),
    ast.TryStar: (
        ProblemKind.OUTSIDE,
        "try",
        "A block cannot catch errors",
        "Test with `if` before an operation that can fail.",
    ),
    ast.Raise: (ProblemKind.OUTSIDE, "raise", "A block cannot raise errors", "Return a number that signals the error."),
    ast.Assert: (ProblemKind.OUTSIDE, "assert", "A block cannot use assert", "Write it in the block's test file."),
    ast.Import: (
        ProblemKind.OUTSIDE,
        "import",
        "A block can import only `math`, at the top of its file",
        "Write `import math` in the first line.",
    ),
    ast.ImportFrom: (
        ProblemKind.OUTSIDE,
        "from",
        "A block can import only `math`, with `import math`",
        "Write `import math` in the first line.",
    ),
    ast.Global: (
        ProblemKind.OUTSIDE,
        "global",
        "A block stores values between runs only in states",
        "Declare it: `name: State[f32[1]]`.",
    ),
    ast.Nonlocal: (
        ProblemKind.OUTSIDE,
        "nonlocal",
        "A function can change only its own variables",
        "Pass an array to it.",
    ),
    ast.Delete: (ProblemKind.GROWS, "del", "A block cannot delete: its memory is fixed", "Remove the line."),
    ast.Match: (ProblemKind.OUTSIDE, "match", "A block cannot use match", "Write `if` and `elif`."),
    ast.FunctionDef: (
        ProblemKind.OUTSIDE,
        "def",
        "A helper cannot be inside another function",
        "Move it to the top level of the file.",
    ),
}


def block_of(
    scope: FunctionScope, nodes: Sequence[ast.stmt], outputs: Sequence[TensorType | Scalar] | None
) -> tuple[Statement, ...]:
    """Checks a list of statements. `outputs` are the types that `return` needs; None in a helper without a result."""
    statements = [statement(scope, node, outputs) for node in nodes]
    return tuple(each for several in statements for each in several)


def statement(
    scope: FunctionScope, node: ast.stmt, outputs: Sequence[TensorType | Scalar] | None
) -> tuple[Statement, ...]:
    """Checks one statement; returns nothing if a problem was reported."""
    special = scope.file.special_statement(scope, node)
    if special is not None:
        return special
    match node:
        case ast.Assign():
            return _assign(scope, node)
        case ast.AnnAssign():
            return _declare(scope, node)
        case ast.AugAssign():
            return _change(scope, node)
        case ast.If():
            return _if(scope, node, outputs)
        case ast.For():
            return _for(scope, node, outputs)
        case ast.While():
            return _while(scope, node, outputs)
        case ast.Return():
            return return_of(scope, node, outputs)
        case ast.Break() | ast.Continue():
            return _leave(scope, node)
        case ast.Pass():
            return ()
        case ast.Expr(value=ast.Constant(value=str())):
            return ()
        case ast.Expr(value=ast.Call() as call):
            return _call_alone(scope, call)
        case ast.Expr(value=value):
            number(scope, value)
            scope.report(
                ProblemKind.OUTSIDE,
                value,
                "This line has no effect",
                "Assign the number to a name, or remove the line.",
            )
            return ()
    kind, word, message, instead = _OUTSIDE.get(
        type(node), (ProblemKind.OUTSIDE, "", "A block cannot use this statement", "Use loops, `if` and assignments.")
    )
    scope.text.report(kind, scope.text.word(node, word), message, instead)
    return ()


def _call_alone(scope: FunctionScope, node: ast.Call) -> tuple[Statement, ...]:
    if isinstance(node.func, ast.Name) and node.func.id == "print" and "print" not in scope.file.helpers:
        values = [_printed_value(scope, each) for each in node.args]
        for keyword in node.keywords:
            scope.report(
                ProblemKind.CALL, keyword.value, "print takes only values in a block", "Remove the name before `=`."
            )
        return (Evaluate(tuple(each for each in values if each is not None), node.lineno),)
    result = any_call(scope, node)
    return () if result is None else (Evaluate((result.expression,), node.lineno),)


def _printed_value(scope: FunctionScope, node: ast.expr) -> Expression | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return None
    if isinstance(node, ast.Name) and isinstance(scope.bindings.get(node.id), ArrayVariable):
        scope.find(node)
        return None
    typed_value = number(scope, node)
    return None if typed_value is None else typed_value.expression


def _assign(scope: FunctionScope, node: ast.Assign) -> tuple[Statement, ...]:
    target = node.targets[0]
    if len(node.targets) > 1:
        scope.report(
            ProblemKind.OUTSIDE, target, "One value cannot be assigned to two names", "Write one assignment per line."
        )
        return ()
    if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
        return _several(scope, target, node.value)
    if isinstance(target, ast.Tuple | ast.List | ast.Starred):
        instead = "Write one assignment per line, or as many numbers as names: `a, b = x[0], x[1]`."
        scope.report(ProblemKind.OUTSIDE, target, "Several names can be assigned only from a tuple of numbers", instead)
        scope.reported_names.update(each.id for each in names_of_target(target) if each.id not in scope.bindings)
        return ()
    if isinstance(target, ast.Subscript):
        return store(scope, target, node.value)
    if isinstance(target, ast.Name):
        return _name(scope, target, node.value)
    scope.report(ProblemKind.OUTSIDE, target, "This cannot be assigned", "Write a name, or `x[i]`.")
    return ()


def _several(scope: FunctionScope, target: ast.Tuple, values: ast.Tuple) -> tuple[Statement, ...]:
    """Checks `a, b = b, a`: all values are computed before the first is assigned."""
    if len(target.elts) != len(values.elts):
        message = f"{len(values.elts)} values cannot be assigned to {len(target.elts)} names"
        scope.report(ProblemKind.TYPE, target, message, "Write as many names as values.")
        scope.reported_names.update(each.id for each in names_of_target(target) if each.id not in scope.bindings)
        return ()
    statements: list[Statement] = []
    operands: list[TypedValue | None] = []
    for node in values.elts:
        typed_value = number(scope, node)
        if typed_value is not None and not typed_value.is_literal:
            variable = scope.temporary(typed_value.type)
            statements.append(Assign(variable, typed_value.expression, node.lineno))
            typed_value = TypedValue(ReadVariable(variable, node.lineno))
        operands.append(typed_value)
    for each, typed_value, node in zip(target.elts, operands, values.elts, strict=True):
        if isinstance(each, ast.Name):
            statements += set_number(scope, each, typed_value, node, None)
        elif isinstance(each, ast.Subscript) and not isinstance(each.slice, ast.Slice):
            statements += store_number(scope, each, typed_value, node)
        else:
            scope.report(ProblemKind.OUTSIDE, each, "This cannot be assigned here", "Write a name, or `x[i]`.")
    return tuple(statements)


def _name(scope: FunctionScope, target: ast.Name, value: ast.expr) -> tuple[Statement, ...]:
    statements = new_array(scope, target, value)
    if statements is not None:
        return statements
    typed_value = number(scope, value)
    return set_number(scope, target, typed_value, value, None)


def set_number(
    scope: FunctionScope, target: ast.Name, source: TypedValue | None, value: ast.expr, declared_type: Scalar | None
) -> tuple[Statement, ...]:
    """Assigns a number to a name; the first assignment determines its type."""
    name = target.id
    if source is None or not scope.may_be_named(target):
        if name not in scope.bindings:
            scope.reported_names.add(name)
        return ()
    binding = scope.bindings.get(name)
    if isinstance(binding, ArrayVariable):
        scope.report(
            ProblemKind.TYPE,
            target,
            f"{name} is an array and cannot be assigned a number",
            f"Write `{name}[i]`, or another name.",
        )
        return ()
    variable = binding if isinstance(binding, Variable) else _new_variable(scope, name, source, declared_type)
    is_wider = source.type is Scalar.F64 and not source.is_literal
    is_late = variable.type.is_float and is_wider and name in scope.default_f32
    if is_late and len(scope.promotions) < MAX_PROMOTED:
        scope.promotions[name] = Scalar.F64
        scope.default_f32.discard(name)
        raise RecheckFunction
    if variable.type is Scalar.INT and source.type.is_float:
        message = f"{name} was first assigned a whole number, and this is a float"
        scope.report(ProblemKind.TYPE, value, message, f"Start with `{name} = 0.0`, or write `int(x)` or `round(x)`.")
        scope.assign(name)
        return ()
    result = coerce(scope, source, variable.type, value, widens=True)
    scope.assign(name)
    return () if result is None else (Assign(variable, result, target.lineno),)


def _new_variable(scope: FunctionScope, name: str, source: TypedValue, declared_type: Scalar | None) -> Variable:
    own_type = Scalar.F32 if is_float_literal(source) else source.type
    kind = declared_type or scope.promotions.get(name) or own_type
    if declared_type is None and name not in scope.promotions and is_float_literal(source):
        scope.default_f32.add(name)
    variable = Variable(name, kind)
    scope.bindings[name] = variable
    return variable


def _declare(scope: FunctionScope, node: ast.AnnAssign) -> tuple[Statement, ...]:
    annotation = node.annotation
    if not isinstance(node.target, ast.Name) or node.value is None:
        scope.report(
            ProblemKind.OUTSIDE, node, "A type can only be declared with the first assignment", "Write `x: f32 = 0.0`."
        )
        return ()
    if not isinstance(annotation, ast.Name) or annotation.id not in SCALARS:
        instead = f"Write `{node.target.id} = f32[16]()` for an array; `f32`, `f64`, `int` or `bool` for a number."
        scope.report(ProblemKind.TYPE, annotation, "This is not a number type", instead)
        scope.reported_names.add(node.target.id)
        return ()
    kind = SCALARS[annotation.id]
    binding = scope.bindings.get(node.target.id)
    if isinstance(binding, Variable) and binding.type is not kind:
        message = f"{binding.name} is an {binding.type} already"
        scope.report(ProblemKind.TYPE, annotation, message, "Choose another name.")
        return ()
    return set_number(scope, node.target, number(scope, node.value), node.value, kind)


def _change(scope: FunctionScope, node: ast.AugAssign) -> tuple[Statement, ...]:
    """Checks `x += value`."""
    operator = OPERATORS.get(type(node.op), "@")
    target = node.target
    if isinstance(target, ast.Name):
        binding = scope.find(target)
        right = number(scope, node.value)
        if isinstance(binding, ArrayVariable):
            instead = f"Write a loop over `{binding.name}[i]`."
            scope.report(ProblemKind.TYPE, target, f"{binding.name} is an array", instead)
            return ()
        if not isinstance(binding, Variable):
            if binding is not None:
                scope.report(
                    ProblemKind.READ_ONLY, target, f"{target.id} is a constant of the file", "Choose another name."
                )
            return ()
        left = TypedValue(ReadVariable(binding, node.lineno))
        typed_value = operation(scope, node, operator, (_no_node(target), node.value), (left, right))
        return set_number(scope, target, typed_value, _no_node(target), None)
    if not isinstance(target, ast.Subscript) or isinstance(target.slice, ast.Slice):
        scope.report(
            ProblemKind.OUTSIDE, target, "This cannot be changed with an operator", "Write a loop over `x[i]`."
        )
        return ()
    if any(isinstance(each, ast.Call) for each in ast.walk(target.slice)):
        scope.report(
            ProblemKind.OUTSIDE,
            target,
            "An index with a call would be computed twice here",
            "Assign the index to a name first.",
        )
        return ()
    array = array_of(scope, target.value)
    indices = None if array is None else indices_of(scope, target, array)
    right = number(scope, node.value)
    if array is None or indices is None or not is_writable(scope, target, array):
        return ()
    kind = scalar_of(array.type.element)
    left = TypedValue(LoadElement(array, indices, kind, target.lineno))
    typed_value = operation(scope, node, operator, (_no_node(target), node.value), (left, right))
    if typed_value is None:
        return ()
    result = coerce(scope, typed_value, kind, _no_node(target), widens=True)
    return () if result is None else (StoreElement(array, indices, result, target.lineno),)


def _no_node(node: ast.expr) -> ast.expr:
    """Returns a placeholder node at the same place, on which marks have no effect."""
    return ast.copy_location(ast.Name(id=ast.unparse(node), ctx=ast.Load()), node)


def _if(scope: FunctionScope, node: ast.If, outputs: Sequence[TensorType | Scalar] | None) -> tuple[Statement, ...]:
    test = condition(scope, number(scope, node.test), node.test)
    before = scope.assigned_names
    yes = block_of(scope, node.body, outputs)
    after_yes, scope.assigned_names = scope.assigned_names, before
    no = block_of(scope, node.orelse, outputs)
    scope.assigned_names = merged(after_yes, scope.assigned_names)
    return () if test is None else (If(test, yes, no, node.lineno),)


def _for(scope: FunctionScope, node: ast.For, outputs: Sequence[TensorType | Scalar] | None) -> tuple[Statement, ...]:
    if node.orelse:
        scope.report(
            ProblemKind.OUTSIDE,
            node.orelse[0],
            "A loop cannot have an else",
            "Store in a bool whether the loop was left with `break`.",
        )
    head = head_of(scope, node)
    before = scope.assigned_names
    for name in names_of_target(node.target):
        scope.assign(name.id)
    scope.loops.append([])
    body = block_of(scope, node.body, outputs)
    scope.loops.pop()
    is_left = any(isinstance(each, ast.Break | ast.Continue) for each in ast.walk(node))
    if head is None or is_left or not head.runs_at_least_once:
        scope.assigned_names = before
    return () if head is None else (head.loop(body, node.lineno),)


def _while(
    scope: FunctionScope, node: ast.While, outputs: Sequence[TensorType | Scalar] | None
) -> tuple[Statement, ...]:
    if node.orelse:
        scope.report(
            ProblemKind.OUTSIDE,
            node.orelse[0],
            "A loop cannot have an else",
            "Store in a bool whether the loop was left with `break`.",
        )
    test = condition(scope, number(scope, node.test), node.test)
    before = scope.assigned_names
    scope.loops.append([])
    body = block_of(scope, node.body, outputs)
    left = scope.loops.pop()
    is_endless = isinstance(test, NumberConstant) and test.value is True
    scope.assigned_names = None if is_endless else before
    for each in left:
        scope.assigned_names = merged(scope.assigned_names, each)
    return () if test is None else (While(test, body, node.lineno),)


def _leave(scope: FunctionScope, node: ast.Break | ast.Continue) -> tuple[Statement, ...]:
    word = "break" if isinstance(node, ast.Break) else "continue"
    if not scope.loops:
        scope.report(ProblemKind.SYNTAX, node, f"{word} is outside of a loop", "Remove it.")
        return ()
    if word == "break":
        scope.loops[-1].append(scope.assigned_names)
    scope.assigned_names = None
    return (Leave(word, node.lineno),)
