"""The types of statements: what a function does, one after the other, and which names have a value by then."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from rune.compiler.pyblock.array_statements import is_writable, new_array, store, store_number
from rune.compiler.pyblock.calls import called
from rune.compiler.pyblock.conversions import MOST_DECIDED, coerce, condition, is_float_literal
from rune.compiler.pyblock.expressions import OPERATORS, array_of, indices_of, number, operation
from rune.compiler.pyblock.ir import (
    ArrayVariable,
    Assign,
    Constant,
    Evaluate,
    Expression,
    If,
    Leave,
    Load,
    Read,
    Statement,
    Store,
    Variable,
    While,
)
from rune.compiler.pyblock.loops import head_of, names_in
from rune.compiler.pyblock.numbers import Scalar, scalar_of
from rune.compiler.pyblock.problems import Kind
from rune.compiler.pyblock.returns import return_of
from rune.compiler.pyblock.scope import Again, Scope, Typed, merged
from rune.compiler.pyblock.signature import SCALARS
from rune.tensor import TensorType

_OUTSIDE: dict[type[ast.stmt], tuple[Kind, str, str, str]] = {
    ast.ClassDef: (Kind.OUTSIDE, "class", "A block has no classes", "Use arrays and helper functions."),
    ast.AsyncFunctionDef: (Kind.OUTSIDE, "async", "A block waits for nothing", "Write `def`."),
    ast.AsyncFor: (Kind.OUTSIDE, "async", "A block waits for nothing", "Write `for`."),
    ast.AsyncWith: (Kind.OUTSIDE, "async", "A block waits for nothing", "Remove it."),
    ast.With: (Kind.OUTSIDE, "with", "A block opens nothing", "Remove `with`."),
    ast.Try: (Kind.OUTSIDE, "try", "A block catches no errors", "Ask with `if` before what may fail."),
    ast.TryStar: (Kind.OUTSIDE, "try", "A block catches no errors", "Ask with `if` before what may fail."),
    ast.Raise: (Kind.OUTSIDE, "raise", "A block raises nothing", "Return a number that says so."),
    ast.Assert: (Kind.OUTSIDE, "assert", "A block asserts nothing", "Write it in the block's test file."),
    ast.Import: (
        Kind.OUTSIDE,
        "import",
        "A block imports only math, at its top",
        "Write `import math` in the first line.",
    ),
    ast.ImportFrom: (
        Kind.OUTSIDE,
        "from",
        "A block imports only math, whole",
        "Write `import math` in the first line.",
    ),
    ast.Global: (Kind.OUTSIDE, "global", "What is kept between runs is state", "Declare it: `name: State[f32[1]]`."),
    ast.Nonlocal: (Kind.OUTSIDE, "nonlocal", "A function changes only its own names", "Hand an array to it."),
    ast.Delete: (Kind.GROWS, "del", "Nothing is deleted: memory is fixed", "Remove the line."),
    ast.Match: (Kind.OUTSIDE, "match", "A block has no match", "Write `if` and `elif`."),
    ast.FunctionDef: (
        Kind.OUTSIDE,
        "def",
        "A helper stands beside the block, not in it",
        "Move it to the file's margin.",
    ),
}


def block_of(
    scope: Scope, nodes: Sequence[ast.stmt], outputs: Sequence[TensorType | Scalar] | None
) -> tuple[Statement, ...]:
    """The statements of these nodes. `outputs` are what `return` must give; None in a helper that gives nothing."""
    found = [statement(scope, node, outputs) for node in nodes]
    return tuple(each for several in found for each in several)


def statement(scope: Scope, node: ast.stmt, outputs: Sequence[TensorType | Scalar] | None) -> tuple[Statement, ...]:
    """What one node does; nothing when a problem was reported."""
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
            scope.report(Kind.OUTSIDE, value, "This line does nothing", "Give the number a name, or remove the line.")
            return ()
    kind, word, message, instead = _OUTSIDE.get(
        type(node), (Kind.OUTSIDE, "", "A block cannot do this", "Write it with loops, `if` and assignments.")
    )
    scope.text.report(kind, scope.text.word(node, word), message, instead)
    return ()


def _call_alone(scope: Scope, node: ast.Call) -> tuple[Statement, ...]:
    if isinstance(node.func, ast.Name) and node.func.id == "print" and "print" not in scope.file.helpers:
        values = [_printed(scope, each) for each in node.args]
        for keyword in node.keywords:
            scope.report(Kind.CALL, keyword.value, "print takes values alone here", "Remove the name before `=`.")
        return (Evaluate(tuple(each for each in values if each is not None), node.lineno),)
    found = called(scope, node)
    return () if found is None else (Evaluate((found.expression,), node.lineno),)


def _printed(scope: Scope, node: ast.expr) -> Expression | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return None
    if isinstance(node, ast.Name) and isinstance(scope.known.get(node.id), ArrayVariable):
        scope.find(node)
        return None
    typed = number(scope, node)
    return None if typed is None else typed.expression


def _assign(scope: Scope, node: ast.Assign) -> tuple[Statement, ...]:
    target = node.targets[0]
    if len(node.targets) > 1:
        scope.report(Kind.OUTSIDE, target, "Two names are given one value", "Write one assignment a line.")
        return ()
    if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
        return _several(scope, target, node.value)
    if isinstance(target, ast.Tuple | ast.List | ast.Starred):
        instead = "Write one assignment a line, or as many numbers: `a, b = x[0], x[1]`."
        scope.report(Kind.OUTSIDE, target, "Several names are given what is no tuple of numbers", instead)
        scope.broken.update(each.id for each in names_in(target) if each.id not in scope.known)
        return ()
    if isinstance(target, ast.Subscript):
        return store(scope, target, node.value)
    if isinstance(target, ast.Name):
        return _name(scope, target, node.value)
    scope.report(Kind.OUTSIDE, target, "This cannot be given a value", "Write a name, or `x[i]`.")
    return ()


def _several(scope: Scope, target: ast.Tuple, values: ast.Tuple) -> tuple[Statement, ...]:
    """`a, b = b, a`: all numbers are computed before the first has its name."""
    if len(target.elts) != len(values.elts):
        message = f"{len(values.elts)} values do not go into {len(target.elts)} names"
        scope.report(Kind.TYPE, target, message, "Write as many names as values.")
        scope.broken.update(each.id for each in names_in(target) if each.id not in scope.known)
        return ()
    computed: list[Statement] = []
    held: list[Typed | None] = []
    for node in values.elts:
        typed = number(scope, node)
        if typed is not None and not typed.is_literal:
            variable = scope.temporary(typed.type)
            computed.append(Assign(variable, typed.expression, node.lineno))
            typed = Typed(Read(variable, node.lineno))
        held.append(typed)
    for each, typed, node in zip(target.elts, held, values.elts, strict=True):
        if isinstance(each, ast.Name):
            computed += set_number(scope, each, typed, node, None)
        elif isinstance(each, ast.Subscript) and not isinstance(each.slice, ast.Slice):
            computed += store_number(scope, each, typed, node)
        else:
            scope.report(Kind.OUTSIDE, each, "This cannot be given a number here", "Write a name, or `x[i]`.")
    return tuple(computed)


def _name(scope: Scope, target: ast.Name, value: ast.expr) -> tuple[Statement, ...]:
    made = new_array(scope, target, value)
    if made is not None:
        return made
    typed = number(scope, value)
    return set_number(scope, target, typed, value, None)


def set_number(
    scope: Scope, target: ast.Name, typed: Typed | None, value: ast.expr, declared: Scalar | None
) -> tuple[Statement, ...]:
    """A number gets a value, and its type where it is the first."""
    name = target.id
    if typed is None or not scope.may_be_named(target):
        if name not in scope.known:
            scope.broken.add(name)
        return ()
    known = scope.known.get(name)
    if isinstance(known, ArrayVariable):
        scope.report(
            Kind.TYPE, target, f"{name} is an array and is given a number", f"Write `{name}[i]`, or another name."
        )
        return ()
    variable = known if isinstance(known, Variable) else _new_variable(scope, name, typed, declared)
    is_late = variable.type.is_float and typed.type is Scalar.F64 and not typed.is_literal and name in scope.loose
    if is_late and len(scope.decided) < MOST_DECIDED:
        scope.decided[name] = Scalar.F64
        scope.loose.discard(name)
        raise Again
    if variable.type is Scalar.INT and typed.type.is_float:
        message = f"{name} holds whole numbers since it was given one, and this is a float"
        scope.report(Kind.TYPE, value, message, f"Begin with `{name} = 0.0`, or write `int(x)` or `round(x)`.")
        scope.assign(name)
        return ()
    result = coerce(scope, typed, variable.type, value, widens=True)
    scope.assign(name)
    return () if result is None else (Assign(variable, result, target.lineno),)


def _new_variable(scope: Scope, name: str, typed: Typed, declared: Scalar | None) -> Variable:
    kind = declared or scope.decided.get(name) or (Scalar.F32 if is_float_literal(typed) else typed.type)
    if declared is None and name not in scope.decided and is_float_literal(typed):
        scope.loose.add(name)
    variable = Variable(name, kind)
    scope.known[name] = variable
    return variable


def _declare(scope: Scope, node: ast.AnnAssign) -> tuple[Statement, ...]:
    annotation = node.annotation
    if not isinstance(node.target, ast.Name) or node.value is None:
        scope.report(Kind.OUTSIDE, node, "A type is said where a name gets its first value", "Write `x: f32 = 0.0`.")
        return ()
    if not isinstance(annotation, ast.Name) or annotation.id not in SCALARS:
        instead = f"Write `{node.target.id} = f32[16]()` for an array; `f32`, `f64`, `int` or `bool` for a number."
        scope.report(Kind.TYPE, annotation, "This is no type of a number", instead)
        scope.broken.add(node.target.id)
        return ()
    kind = SCALARS[annotation.id]
    known = scope.known.get(node.target.id)
    if isinstance(known, Variable) and known.type is not kind:
        scope.report(Kind.TYPE, annotation, f"{known.name} is an {known.type} already", "Choose another name.")
        return ()
    return set_number(scope, node.target, number(scope, node.value), node.value, kind)


def _change(scope: Scope, node: ast.AugAssign) -> tuple[Statement, ...]:
    """`x += value`."""
    operator = OPERATORS.get(type(node.op), "@")
    target = node.target
    if isinstance(target, ast.Name):
        known = scope.find(target)
        right = number(scope, node.value)
        if isinstance(known, ArrayVariable):
            scope.report(Kind.TYPE, target, f"{known.name} is an array", f"Write a loop over `{known.name}[i]`.")
            return ()
        if not isinstance(known, Variable):
            if known is not None:
                scope.report(Kind.READ_ONLY, target, f"{target.id} is a constant of the file", "Choose another name.")
            return ()
        left = Typed(Read(known, node.lineno))
        typed = operation(scope, node, operator, (_no_node(target), node.value), (left, right))
        return set_number(scope, target, typed, _no_node(target), None)
    if not isinstance(target, ast.Subscript) or isinstance(target.slice, ast.Slice):
        scope.report(Kind.OUTSIDE, target, "This cannot be changed so", "Write a loop over `x[i]`.")
        return ()
    if any(isinstance(each, ast.Call) for each in ast.walk(target.slice)):
        scope.report(
            Kind.OUTSIDE, target, "An index with a call is computed twice here", "Give the index a name first."
        )
        return ()
    array = array_of(scope, target.value)
    indices = None if array is None else indices_of(scope, target, array)
    right = number(scope, node.value)
    if array is None or indices is None or not is_writable(scope, target, array):
        return ()
    kind = scalar_of(array.type.element)
    left = Typed(Load(array, indices, kind, target.lineno))
    typed = operation(scope, node, operator, (_no_node(target), node.value), (left, right))
    if typed is None:
        return ()
    result = coerce(scope, typed, kind, _no_node(target), widens=True)
    return () if result is None else (Store(array, indices, result, target.lineno),)


def _no_node(node: ast.expr) -> ast.expr:
    """A place without a value of its own: nothing that is marked there has an effect."""
    return ast.copy_location(ast.Name(id=ast.unparse(node), ctx=ast.Load()), node)


def _if(scope: Scope, node: ast.If, outputs: Sequence[TensorType | Scalar] | None) -> tuple[Statement, ...]:
    asked = condition(scope, number(scope, node.test), node.test)
    before = scope.assigned
    yes = block_of(scope, node.body, outputs)
    after_yes, scope.assigned = scope.assigned, before
    no = block_of(scope, node.orelse, outputs)
    scope.assigned = merged(after_yes, scope.assigned)
    return () if asked is None else (If(asked, yes, no, node.lineno),)


def _for(scope: Scope, node: ast.For, outputs: Sequence[TensorType | Scalar] | None) -> tuple[Statement, ...]:
    if node.orelse:
        scope.report(Kind.OUTSIDE, node.orelse[0], "A loop has no else", "Keep in a bool whether the loop was left.")
    head = head_of(scope, node)
    before = scope.assigned
    for name in names_in(node.target):
        scope.assign(name.id)
    scope.loops.append([])
    body = block_of(scope, node.body, outputs)
    scope.loops.pop()
    is_left = any(isinstance(each, ast.Break | ast.Continue) for each in ast.walk(node))
    if head is None or is_left or not head.surely_turns:
        scope.assigned = before
    return () if head is None else (head.loop(body, node.lineno),)


def _while(scope: Scope, node: ast.While, outputs: Sequence[TensorType | Scalar] | None) -> tuple[Statement, ...]:
    if node.orelse:
        scope.report(Kind.OUTSIDE, node.orelse[0], "A loop has no else", "Keep in a bool whether the loop was left.")
    asked = condition(scope, number(scope, node.test), node.test)
    before = scope.assigned
    scope.loops.append([])
    body = block_of(scope, node.body, outputs)
    left = scope.loops.pop()
    is_endless = isinstance(asked, Constant) and asked.value is True
    scope.assigned = None if is_endless else before
    for each in left:
        scope.assigned = merged(scope.assigned, each)
    return () if asked is None else (While(asked, body, node.lineno),)


def _leave(scope: Scope, node: ast.Break | ast.Continue) -> tuple[Statement, ...]:
    word = "break" if isinstance(node, ast.Break) else "continue"
    if not scope.loops:
        scope.report(Kind.SYNTAX, node, f"{word} stands outside of a loop", "Remove it.")
        return ()
    if word == "break":
        scope.loops[-1].append(scope.assigned)
    scope.assigned = None
    return (Leave(word, node.lineno),)
