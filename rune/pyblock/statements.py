"""The types of statements: what a function does, one after the other, and which names have a value by then."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from rune.pyblock.array_statements import is_writable, new_array, store
from rune.pyblock.calls import called
from rune.pyblock.conversions import MOST_DECIDED, coerce, condition, is_float_literal
from rune.pyblock.expressions import OPERATORS, array_of, indices_of, literal_whole, number, operation, whole
from rune.pyblock.ir import (
    ArrayVariable,
    Assign,
    Constant,
    Evaluate,
    Expression,
    For,
    ForEach,
    If,
    Leave,
    Load,
    Read,
    Statement,
    Store,
    Variable,
    While,
)
from rune.pyblock.numbers import Scalar, scalar_of
from rune.pyblock.problems import Kind
from rune.pyblock.returns import return_of
from rune.pyblock.scope import Again, Scope, Typed, merged
from rune.pyblock.signature import SCALARS
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
    if len(node.targets) > 1 or isinstance(node.targets[0], ast.Tuple | ast.List | ast.Starred):
        message = "Several names are given a value in one line"
        scope.report(Kind.OUTSIDE, node.targets[0], message, "Write one assignment a line.")
        return ()
    target = node.targets[0]
    if isinstance(target, ast.Subscript):
        return store(scope, target, node.value)
    if isinstance(target, ast.Name):
        return _name(scope, target, node.value)
    scope.report(Kind.OUTSIDE, target, "This cannot be given a value", "Write a name, or `x[i]`.")
    return ()


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
    if not isinstance(node.target, ast.Name) or not scope.may_be_named(node.target):
        if not isinstance(node.target, ast.Name):
            instead = "Write `for i in range(len(x)):` and use `x[i]`."
            scope.report(Kind.OUTSIDE, node.target, "A loop has one name", instead)
        return ()
    limits = _range(scope, node.iter)
    over = array_of(scope, node.iter) if isinstance(node.iter, ast.Name) else None
    if limits is None and over is None:
        scope.broken.add(node.target.id)
    if over is not None and len(over.type.dimensions) != 1:
        scope.report(Kind.TYPE, node.iter, "A loop goes over one dimension", "Write `for i in range(len(x)):`.")
        over = None
    kind = scalar_of(over.type.element) if over is not None else Scalar.INT
    variable = _loop_variable(scope, node.target, kind) if node.target.id not in scope.broken else None
    before = scope.assigned
    scope.assign(node.target.id)
    scope.loops.append([])
    body = block_of(scope, node.body, outputs)
    scope.loops.pop()
    if not _surely_turns(node, limits):
        scope.assigned = before
    if variable is None:
        return ()
    if limits is not None:
        start, stop, step = limits
        return (For(variable, start, stop, step, body, node.lineno),)
    return () if over is None else (ForEach(variable, over, body, node.lineno),)


def _surely_turns(node: ast.For, limits: tuple[Expression, Expression, int] | None) -> bool:
    """Whether the whole body runs once at least, so that what it gives a value has one behind the loop."""
    if limits is None or any(isinstance(each, ast.Break | ast.Continue) for each in ast.walk(node)):
        return False
    start, stop, step = limits
    if not isinstance(start, Constant) or not isinstance(stop, Constant):
        return False
    return len(range(int(start.value), int(stop.value), step)) > 0


def _loop_variable(scope: Scope, target: ast.Name, kind: Scalar) -> Variable | None:
    known = scope.known.get(target.id)
    if known is None:
        variable = Variable(target.id, kind)
        scope.known[target.id] = variable
        return variable
    if isinstance(known, Variable) and known.type is kind:
        return known
    scope.report(Kind.TYPE, target, f"{target.id} is something else already", "Choose another name.")
    return None


def _range(scope: Scope, node: ast.expr) -> tuple[Expression, Expression, int] | None:
    if isinstance(node, ast.Name):
        return None
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range"):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            called(scope, node)
        scope.report(Kind.OUTSIDE, node, "A loop goes over a range or an array", "Write `for i in range(len(x)):`.")
        return None
    if not 1 <= len(node.args) <= 3 or node.keywords:
        scope.report(
            Kind.CALL, node, "range takes 1 to 3 whole numbers", "Write `range(stop)` or `range(start, stop, step)`."
        )
        return None
    step = literal_whole(scope, node.args[2]) if len(node.args) == 3 else 1
    if step is None or step == 0:
        message = "The step of a range is a literal that is not 0"
        scope.report(Kind.OUTSIDE, node.args[2], message, "Write the number, or a `while` loop.")
        return None
    found = [whole(scope, each) for each in node.args[:2]]
    limits = [each for each in found if each is not None]
    if len(limits) != len(found):
        return None
    start: Expression = limits[0] if len(limits) == 2 else Constant(0, Scalar.INT, node.lineno)
    return start, limits[-1], step


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
