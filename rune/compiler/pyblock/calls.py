"""The functions that a block can call: Python's own few, those of math, and the helpers of its file."""

from __future__ import annotations

import ast
from collections.abc import Callable
from difflib import get_close_matches

from rune.compiler.pyblock.conversions import coerce, common, firm
from rune.compiler.pyblock.expressions import array_of, number, require_math
from rune.compiler.pyblock.habits import BUILT_IN_ELSEWHERE, instead_of
from rune.compiler.pyblock.ir import (
    Absolute,
    ArrayVariable,
    Call,
    Constant,
    Convert,
    Expression,
    Extreme,
    ExtremeOf,
    Fit,
    Mathematics,
    Primitive,
    SumOf,
)
from rune.compiler.pyblock.numbers import ELEMENTS, Scalar, scalar_of
from rune.compiler.pyblock.problems import Insertion, Kind, Place
from rune.compiler.pyblock.scope import Scope, Typed
from rune.compiler.pyblock.signature import SCALARS

PRIMITIVES = {"sqrt": 1, "fmod": 2, "copysign": 2, "isnan": 1, "isinf": 1, "isfinite": 1}
"""What every machine computes exactly, with the count of arguments."""
FUNCTIONS = {
    "exp": 1, "log": 1, "log2": 1, "log10": 1, "pow": 2, "sin": 1, "cos": 1, "tan": 1, "asin": 1, "acos": 1,
    "atan": 1, "atan2": 2, "sinh": 1, "cosh": 1, "tanh": 1, "hypot": 2, "degrees": 1, "radians": 1,
}  # fmt: skip
"""What is written in the language itself, with the count of arguments."""
_ROUNDINGS = {"floor": "floor", "ceil": "ceil", "trunc": "int"}
MATH_NAMES = tuple(sorted({*PRIMITIVES, *FUNCTIONS, *_ROUNDINGS, "fabs"}))
_GROWING = frozenset({"append", "extend", "insert", "pop", "remove", "clear", "add", "update"})


def call(scope: Scope, node: ast.Call) -> Typed | None:
    """The number that a call gives; None when a problem was reported."""
    found = called(scope, node)
    if found is None:
        return None
    if isinstance(found.expression, Call) and found.expression.type is None:
        name = found.expression.function.name
        scope.report(Kind.TYPE, node, f"{name} gives nothing", "Call it in a line of its own.")
        return None
    return found


def called(scope: Scope, node: ast.Call) -> Typed | None:
    """The same, also of a helper that gives nothing."""
    for keyword in node.keywords:
        scope.report(Kind.CALL, keyword.value, "Arguments are given by their order", "Remove the name before `=`.")
        return None
    match node.func:
        case ast.Attribute(value=ast.Name(id="math"), attr=name):
            return _mathematics(scope, node, name) if require_math(scope, node.func) else None
        case ast.Attribute():
            _report_method(scope, node.func)
            return None
        case ast.Name(id=name) if name in scope.file.helpers:
            return _helper(scope, node, scope.file.helpers[name])
        case ast.Name(id=name) if name in _BUILT_IN:
            return _BUILT_IN[name](scope, node)
        case ast.Name(id=name) if name in SCALARS or name in ELEMENTS:
            return _conversion(scope, node, name)
        case ast.Name(id=name):
            _report_unknown(scope, node.func, name)
            return None
        case ast.Subscript(value=ast.Name(id=name)) if name in ELEMENTS:
            message = "A new array stands behind `=` or `return`"
            scope.report(Kind.OUTSIDE, node, message, "Give it a name in a line before: `y = f32[16]()`.")
            return None
    scope.report(Kind.CALL, node.func, "This is no function", "Call a helper of this file, by its name.")
    return None


def _report_method(scope: Scope, node: ast.Attribute) -> None:
    whole = scope.text.place(node)
    place = Place(whole.end_line, max(whole.end_column - len(node.attr), 0), whole.end_line, whole.end_column)
    name = ast.unparse(node.value)[:40]
    if node.attr in _GROWING:
        message = "A block cannot grow a list"
        instead = (
            f"Memory is fixed when the rune is built. Declare {name} as state of a fixed size and assign to {name}[i]."
        )
        scope.text.report(Kind.GROWS, place, message, instead, _declared(scope, node.value))
        return
    instead = instead_of(node.attr) or "Use `len(x)`, an index, or `math`."
    is_module = isinstance(node.value, ast.Name) and node.value.id not in (*scope.known, *scope.file.constants)
    if is_module and name != "math":
        scope.report(Kind.CALL, node, f"There is no {name} here: a block has no library but math", instead)
        return
    message = f"There is no {node.attr} here: a number or an array has no methods"
    scope.text.report(Kind.CALL, place, message, instead)


def _declared(scope: Scope, node: ast.expr) -> Insertion | None:
    """The state that a list should have been, behind the parameters of the block; None where it is known already."""
    arguments = scope.node.args
    all_of_them = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    is_new = isinstance(node, ast.Name) and node.id not in (*scope.known, *scope.file.constants, *scope.local_names)
    if not isinstance(node, ast.Name) or not is_new or len(scope.file.active) != 1 or not all_of_them:
        return None
    behind = max(
        scope.text.place(each)
        for each in (*all_of_them, *(value for value in arguments.kw_defaults if value is not None))
    )
    end = Place(behind.end_line, behind.end_column, behind.end_line, behind.end_column)
    star = "" if arguments.kwonlyargs else "*, "
    return Insertion(f"Declare {node.id}: State[f32[16]]", end, f", {star}{node.id}: State[f32[16]]")


def _report_unknown(scope: Scope, node: ast.Name, name: str) -> None:
    if name in BUILT_IN_ELSEWHERE:
        scope.report(Kind.OUTSIDE, node, f"A block cannot call {name}", BUILT_IN_ELSEWHERE[name])
        return
    known = sorted({*scope.file.helpers, *scope.file.special_functions, *_BUILT_IN})
    near = get_close_matches(name, known, n=1) if len(name) < 60 else []
    math = f"math.{name}" if name in MATH_NAMES else None
    meant = (
        f"Did you mean `{math or near[0]}`?" if math or near else f"There are {', '.join(known)}, and those of math."
    )
    scope.report(Kind.CALL, node, f"There is no function {name}", meant)


def _arguments(scope: Scope, node: ast.Call, count: int) -> list[ast.expr] | None:
    """The arguments, when they are as many; else that is reported."""
    if len(node.args) == count and not any(isinstance(each, ast.Starred) for each in node.args):
        return node.args
    name, number_ = ast.unparse(node.func)[:40], "1 argument" if count == 1 else f"{count} arguments"
    message = f"{name} takes {number_} and not {len(node.args)}"
    scope.report(Kind.CALL, node, message, f"Write `{name}({', '.join('xyz'[:count])})`.")
    return None


def _len(scope: Scope, node: ast.Call) -> Typed | None:
    arguments = _arguments(scope, node, 1)
    if not arguments:
        return None
    measured, axis = _first_of(arguments[0])
    array = array_of(scope, measured)
    if array is None:
        return None
    dimensions = array.type.dimensions
    if axis >= len(dimensions):
        message = f"{ast.unparse(arguments[0])} is a number and has no length"
        scope.report(Kind.TYPE, arguments[0], message, f"Write `len({array.name})`.")
        return None
    return Typed(Constant(dimensions[axis], Scalar.INT, node.lineno), is_literal=True)


def _first_of(node: ast.expr) -> tuple[ast.expr, int]:
    """What is measured by `len(x)`, `len(x[0])`, `len(x[0, 0])`, and along which dimension: all rows are of one size,
    and the first is always there."""
    if not isinstance(node, ast.Subscript) or isinstance(node.slice, ast.Slice):
        return node, 0
    indices = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    are_first = all(isinstance(each, ast.Constant) and type(each.value) is int and each.value == 0 for each in indices)
    return (node.value, len(indices)) if are_first else (node, 0)


def _extreme(scope: Scope, node: ast.Call) -> Typed | None:
    assert isinstance(node.func, ast.Name)  # noqa: S101 - found by its name
    word = node.func.id
    if len(node.args) == 1:
        array = array_of(scope, node.args[0])
        if array is None:
            return None
        if len(array.type.dimensions) != 1:
            message = f"{word} of an array goes over one dimension"
            scope.report(Kind.TYPE, node, message, "Write the loops over the others.")
            return None
        return Typed(ExtremeOf(word, array, scalar_of(array.type.element), node.lineno))
    if not node.args:
        _arguments(scope, node, 2)
        return None
    found = [number(scope, each) for each in node.args]
    typed = [each for each in found if each is not None]
    kind = common(scope, node, word, typed) if len(typed) == len(found) else None
    if kind is None:
        return None
    coerced = [coerce(scope, each, kind, at) for each, at in zip(typed, node.args, strict=True)]
    values = tuple(each for each in coerced if each is not None)
    return Typed(Extreme(word, values, kind, node.lineno)) if len(values) == len(coerced) else None


def _sum(scope: Scope, node: ast.Call) -> Typed | None:
    arguments = _arguments(scope, node, 1)
    if not arguments:
        return None
    if isinstance(arguments[0], ast.GeneratorExp | ast.ListComp):
        instead = "Write a loop: `for v in x: total += v * v`, from `total = 0.0`."
        scope.report(Kind.GROWS, arguments[0], "sum goes over an array that is there", instead)
        return None
    array = array_of(scope, arguments[0])
    if array is None:
        return None
    kind = scalar_of(array.type.element)
    if len(array.type.dimensions) != 1:
        scope.report(Kind.TYPE, node, "sum of an array goes over one dimension", "Write the loops over the others.")
        return None
    if kind is Scalar.F64:
        message = "Python's sum of f64 has other last bits in each version"
        scope.report(Kind.OUTSIDE, node, message, "Write a loop: `for v in x: total += v`.")
        return None
    return Typed(SumOf(array, kind, node.lineno))


def _number(scope: Scope, node: ast.Call) -> Typed | None:
    """The only argument, a number."""
    arguments = _arguments(scope, node, 1)
    typed = number(scope, arguments[0]) if arguments else None
    if typed is None or arguments is None or typed.type is not Scalar.BOOL:
        return typed
    scope.report(Kind.TYPE, arguments[0], "This is a bool and no number", "Write `int(b)`.")
    return None


def _absolute(scope: Scope, node: ast.Call) -> Typed | None:
    typed = _number(scope, node)
    value = None if typed is None else firm(scope, typed, node.args[0])
    if value is None:
        return None
    kind = value.type or Scalar.INT
    if kind is Scalar.INT:
        scope.mark(node, "int64")
    return Typed(Absolute(value, kind, node.lineno))


def _round(scope: Scope, node: ast.Call) -> Typed | None:
    if len(node.args) == 2:
        instead = "Write `round(x * 100.0) / 100.0`, or leave the rounding to what shows the number."
        scope.report(Kind.OUTSIDE, node, "round gives a whole number here", instead)
        return None
    return _to_whole(scope, node, "round")


def _to_whole(scope: Scope, node: ast.Call, rounding: str) -> Typed | None:
    typed = _number(scope, node)
    value = None if typed is None else firm(scope, typed, node.args[0])
    if value is None:
        return None
    return Typed(value if value.type is Scalar.INT else Convert(value, Scalar.INT, node.lineno, rounding))


def _int(scope: Scope, node: ast.Call) -> Typed | None:
    arguments = _arguments(scope, node, 1)
    typed = number(scope, arguments[0]) if arguments else None
    if typed is None:
        return None
    value = firm(scope, typed, node.args[0])
    if value is None:
        return None
    return Typed(value if value.type is Scalar.INT else Convert(value, Scalar.INT, node.lineno, "int"))


def _conversion(scope: Scope, node: ast.Call, name: str) -> Typed | None:
    kind = SCALARS.get(name)
    if kind is not None and kind.is_float:
        return _to_float(scope, node, kind)
    typed = _number(scope, node)
    value = None if typed is None else coerce(scope, typed, Scalar.INT, node.args[0])
    if value is None:
        return None
    return Typed(Fit(value, ELEMENTS[name], node.lineno))


def _to_float(scope: Scope, node: ast.Call, kind: Scalar) -> Typed | None:
    typed = _number(scope, node)
    if typed is None:
        return None
    if typed.type.is_float and not typed.is_literal:
        value: Expression | None = typed.expression
        if typed.type is not kind:
            value = Convert(typed.expression, kind, node.lineno)
        return None if value is None else Typed(value)
    value = coerce(scope, typed, kind, node.args[0])
    return None if value is None else Typed(value)


def _print(scope: Scope, node: ast.Call) -> Typed | None:
    scope.report(Kind.OUTSIDE, node, "print gives nothing", "Call it in a line of its own.")
    return None


_BUILT_IN: dict[str, Callable[[Scope, ast.Call], Typed | None]] = {
    "len": _len,
    "min": _extreme,
    "max": _extreme,
    "sum": _sum,
    "abs": _absolute,
    "round": _round,
    "int": _int,
    "print": _print,
}
BUILT_IN = (*_BUILT_IN, "range", "enumerate", "zip", "f32", "f64")
"""The functions that need no import, for completion."""


def _mathematics(scope: Scope, node: ast.Call, name: str) -> Typed | None:
    if name in _ROUNDINGS:
        return _to_whole(scope, node, _ROUNDINGS[name])
    if name not in MATH_NAMES:
        near = get_close_matches(name, MATH_NAMES, n=1) if len(name) < 60 else []
        instead = f"Did you mean `math.{near[0]}`?" if near else f"There are {', '.join(MATH_NAMES)}."
        scope.report(Kind.CALL, node.func, f"There is no math.{name} in a block", instead)
        return None
    arguments = _arguments(scope, node, PRIMITIVES.get(name, FUNCTIONS.get(name, 1)))
    found = [number(scope, each) for each in arguments or ()]
    typed = [each for each in found if each is not None]
    kind = common(scope, node, f"math.{name}", typed) if arguments and len(typed) == len(found) else None
    if kind is None or arguments is None:
        return None
    if kind is Scalar.INT:
        kind = Scalar.F32 if all(each.is_literal for each in typed) else Scalar.F64
    coerced = [coerce(scope, each, kind, at) for each, at in zip(typed, arguments, strict=True)]
    values = [each for each in coerced if each is not None]
    if len(values) != len(coerced):
        return None
    return _of_f64(scope, node, name, kind, values)


def _of_f64(scope: Scope, node: ast.Call, name: str, kind: Scalar, values: list[Expression]) -> Typed:
    """A function of f64, for numbers of `kind`: an f32 goes through f64 and is rounded once more."""
    line = node.lineno
    if name == "fabs":
        return Typed(Absolute(values[0], kind, line))
    wide = tuple(Convert(each, Scalar.F64, line) if kind is Scalar.F32 else each for each in values)
    if name.startswith("is"):
        return Typed(Primitive(name, wide, Scalar.BOOL, line))
    result: Expression
    if name in PRIMITIVES:
        result = Primitive(name, wide, Scalar.F64, line)
    else:
        function = scope.file.mathematics(name)
        scope.calls[function] = None
        result = Mathematics(function, wide, line)
    if kind is Scalar.F32:
        scope.mark(node, "f32")
        result = Convert(result, Scalar.F32, line)
    return Typed(result)


def _helper(scope: Scope, node: ast.Call, helper: ast.FunctionDef) -> Typed | None:
    if helper.name in scope.file.active:
        message = f"{helper.name} calls itself, and the memory of a rune is fixed"
        scope.report(Kind.CALL, node.func, message, "Write a loop.")
        return None
    parameters = [*helper.args.posonlyargs, *helper.args.args]
    if len(node.args) != len(parameters):
        names = ", ".join(each.arg for each in parameters)
        message = f"{helper.name} takes {len(parameters)} arguments and not {len(node.args)}"
        scope.report(Kind.CALL, node, message, f"Write `{helper.name}({names})`.")
        return None
    given: list[Expression | ArrayVariable] = []
    for parameter, at in zip(parameters, node.args, strict=True):
        one = _helper_argument(scope, parameter, at)
        if one is None:
            return None
        given.append(one)
    kinds = tuple(each if isinstance(each, ArrayVariable) else each.type or Scalar.INT for each in given)
    function = scope.file.specialise(scope.file, helper, kinds, node)
    if function is None:
        return None
    scope.calls[function] = None
    return Typed(Call(function, tuple(given), function.gives, node.lineno))


def _helper_argument(scope: Scope, parameter: ast.arg, node: ast.expr) -> Expression | ArrayVariable | None:
    annotation = parameter.annotation
    if isinstance(annotation, ast.Name) and annotation.id in SCALARS:
        typed = number(scope, node)
        return None if typed is None else coerce(scope, typed, SCALARS[annotation.id], node, widens=True)
    if isinstance(annotation, ast.Subscript):
        return array_of(scope, node)
    if annotation is None:
        return None  # which is told where the helper stands
    message = f"The parameter {parameter.arg} has no type that a helper can have"
    instead = 'Write `f32`, `int`, `bool` or an array, `f32["n"]`.'
    scope.report(Kind.SIGNATURE, parameter, message, instead)
    return None
