"""Checks calls: of built-in functions, of the math library, and of the helpers of the file."""

from __future__ import annotations

import ast
from collections.abc import Callable
from difflib import get_close_matches

from rune.pyblock.checking.common_mistakes import UNSUPPORTED_BUILTINS, replacement_for
from rune.pyblock.checking.conversions import coerce, common_type, with_own_type
from rune.pyblock.checking.expressions import array_of, number, require_math
from rune.pyblock.checking.problems import Insertion, ProblemKind, TextRange
from rune.pyblock.checking.scope import FunctionScope, TypedValue
from rune.pyblock.checking.signature import SCALARS
from rune.pyblock.ir import (
    Absolute,
    Convert,
    Expression,
    Extreme,
    ExtremeOf,
    FitElement,
    HelperCall,
    Mathematics,
    NumberConstant,
    Primitive,
    SumOf,
)
from rune.pyblock.numbers import ELEMENTS, Scalar, scalar_of
from rune.pyblock.variables import ArrayVariable

PRIMITIVES = {"sqrt": 1, "fmod": 2, "copysign": 2, "isnan": 1, "isinf": 1, "isfinite": 1}
"""Math functions that every machine computes exactly, with their number of arguments."""
FUNCTIONS = {
    "exp": 1, "log": 1, "log2": 1, "log10": 1, "pow": 2, "sin": 1, "cos": 1, "tan": 1, "asin": 1, "acos": 1,
    "atan": 1, "atan2": 2, "sinh": 1, "cosh": 1, "tanh": 1, "hypot": 2, "degrees": 1, "radians": 1,
}  # fmt: skip
"""Math functions that are written in the language itself, with their number of arguments."""
_ROUNDINGS = {"floor": "floor", "ceil": "ceil", "trunc": "int"}
MATH_NAMES = tuple(sorted({*PRIMITIVES, *FUNCTIONS, *_ROUNDINGS, "fabs"}))
_GROWING = frozenset({"append", "extend", "insert", "pop", "remove", "clear", "add", "update"})


def call(scope: FunctionScope, node: ast.Call) -> TypedValue | None:
    """Checks a call that is used as a number; returns None if a problem was reported."""
    typed_value = any_call(scope, node)
    if typed_value is None:
        return None
    if isinstance(typed_value.expression, HelperCall) and typed_value.expression.type is None:
        name = typed_value.expression.function.name
        scope.report(ProblemKind.TYPE, node, f"{name} returns nothing", "Call it on a line of its own.")
        return None
    return typed_value


def any_call(scope: FunctionScope, node: ast.Call) -> TypedValue | None:
    """Checks a call, which may be of a helper without a result."""
    for keyword in node.keywords:
        scope.report(
            ProblemKind.CALL,
            keyword.value,
            "A block can pass arguments only by position",
            "Remove the name before `=`.",
        )
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
            message = "A new array must be assigned or returned"
            scope.report(ProblemKind.OUTSIDE, node, message, "Assign it to a name in a line before: `y = f32[16]()`.")
            return None
    scope.report(ProblemKind.CALL, node.func, "This is not a function", "Call a helper of this file by its name.")
    return None


def _report_method(scope: FunctionScope, node: ast.Attribute) -> None:
    whole = scope.text.place(node)
    place = TextRange(whole.end_line, max(whole.end_column - len(node.attr), 0), whole.end_line, whole.end_column)
    name = ast.unparse(node.value)[:40]
    if node.attr in _GROWING:
        message = "A block cannot grow a list"
        instead = f"The memory of a rune is fixed. Declare {name} as a state of a fixed size, and assign to {name}[i]."
        scope.text.report(ProblemKind.GROWS, place, message, instead, _declaration_fix(scope, node.value))
        return
    instead = replacement_for(node.attr) or "Use `len(x)`, an index, or `math`."
    is_module = isinstance(node.value, ast.Name) and node.value.id not in (*scope.bindings, *scope.file.constants)
    if is_module and name != "math":
        scope.report(
            ProblemKind.CALL, node, f"There is no {name} here: a block can use no library except math", instead
        )
        return
    message = f"There is no {node.attr} here: numbers and arrays have no methods"
    scope.text.report(ProblemKind.CALL, place, message, instead)


def _declaration_fix(scope: FunctionScope, node: ast.expr) -> Insertion | None:
    """Returns the insertion of a state parameter to use instead of a list; None if the name is known already."""
    arguments = scope.node.args
    all_of_them = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    is_new = isinstance(node, ast.Name) and node.id not in (*scope.bindings, *scope.file.constants, *scope.local_names)
    if not isinstance(node, ast.Name) or not is_new or len(scope.file.call_stack) != 1 or not all_of_them:
        return None
    behind = max(
        scope.text.place(each)
        for each in (*all_of_them, *(value for value in arguments.kw_defaults if value is not None))
    )
    end = TextRange(behind.end_line, behind.end_column, behind.end_line, behind.end_column)
    star = "" if arguments.kwonlyargs else "*, "
    return Insertion(f"Declare {node.id}: State[f32[16]]", end, f", {star}{node.id}: State[f32[16]]")


def _report_unknown(scope: FunctionScope, node: ast.Name, name: str) -> None:
    if name in UNSUPPORTED_BUILTINS:
        scope.report(ProblemKind.OUTSIDE, node, f"A block cannot call {name}", UNSUPPORTED_BUILTINS[name])
        return
    names = sorted({*scope.file.helpers, *scope.file.special_functions, *_BUILT_IN})
    similar = get_close_matches(name, names, n=1) if len(name) < 60 else []
    math = f"math.{name}" if name in MATH_NAMES else None
    suggestion = (
        f"Did you mean `{math or similar[0]}`?"
        if math or similar
        else f"There are {', '.join(names)}, and the functions of math."
    )
    scope.report(ProblemKind.CALL, node, f"There is no function {name}", suggestion)


def _arguments(scope: FunctionScope, node: ast.Call, count: int) -> list[ast.expr] | None:
    """Returns the arguments; reports a problem if their number is wrong."""
    if len(node.args) == count and not any(isinstance(each, ast.Starred) for each in node.args):
        return node.args
    name, number_ = ast.unparse(node.func)[:40], "1 argument" if count == 1 else f"{count} arguments"
    message = f"{name} takes {number_} and not {len(node.args)}"
    scope.report(ProblemKind.CALL, node, message, f"Write `{name}({', '.join('xyz'[:count])})`.")
    return None


def _len(scope: FunctionScope, node: ast.Call) -> TypedValue | None:
    arguments = _arguments(scope, node, 1)
    if not arguments:
        return None
    array_node, axis = _first_of(arguments[0])
    array = array_of(scope, array_node)
    if array is None:
        return None
    dimensions = array.type.dimensions
    if axis >= len(dimensions):
        message = f"{ast.unparse(arguments[0])} is a number and has no length"
        scope.report(ProblemKind.TYPE, arguments[0], message, f"Write `len({array.name})`.")
        return None
    return TypedValue(NumberConstant(dimensions[axis], Scalar.INT, node.lineno), is_literal=True)


def _first_of(node: ast.expr) -> tuple[ast.expr, int]:
    """Returns the array in `len(x)`, `len(x[0])` or `len(x[0, 0])`, and the dimension that is measured."""
    if not isinstance(node, ast.Subscript) or isinstance(node.slice, ast.Slice):
        return node, 0
    indices = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    are_first = all(isinstance(each, ast.Constant) and type(each.value) is int and each.value == 0 for each in indices)
    return (node.value, len(indices)) if are_first else (node, 0)


def _extreme(scope: FunctionScope, node: ast.Call) -> TypedValue | None:
    assert isinstance(node.func, ast.Name)  # noqa: S101 - found by its name
    word = node.func.id
    if len(node.args) == 1:
        array = array_of(scope, node.args[0])
        if array is None:
            return None
        if len(array.type.dimensions) != 1:
            message = f"{word} needs an array with one dimension"
            scope.report(ProblemKind.TYPE, node, message, "Write loops over the other dimensions.")
            return None
        return TypedValue(ExtremeOf(word, array, scalar_of(array.type.element), node.lineno))
    if not node.args:
        _arguments(scope, node, 2)
        return None
    operands = [number(scope, each) for each in node.args]
    typed_operands = [each for each in operands if each is not None]
    kind = common_type(scope, node, word, typed_operands) if len(typed_operands) == len(operands) else None
    if kind is None:
        return None
    coerced_operands = [coerce(scope, each, kind, at) for each, at in zip(typed_operands, node.args, strict=True)]
    values = tuple(each for each in coerced_operands if each is not None)
    return TypedValue(Extreme(word, values, kind, node.lineno)) if len(values) == len(coerced_operands) else None


def _sum(scope: FunctionScope, node: ast.Call) -> TypedValue | None:
    arguments = _arguments(scope, node, 1)
    if not arguments:
        return None
    if isinstance(arguments[0], ast.GeneratorExp | ast.ListComp):
        instead = "Write a loop: `for v in x: total += v * v`, from `total = 0.0`."
        scope.report(ProblemKind.GROWS, arguments[0], "sum needs an array", instead)
        return None
    array = array_of(scope, arguments[0])
    if array is None:
        return None
    kind = scalar_of(array.type.element)
    if len(array.type.dimensions) != 1:
        scope.report(
            ProblemKind.TYPE, node, "sum needs an array with one dimension", "Write loops over the other dimensions."
        )
        return None
    if kind is Scalar.F64:
        message = "sum of f64 differs between versions of Python"
        scope.report(ProblemKind.OUTSIDE, node, message, "Write a loop: `for v in x: total += v`.")
        return None
    return TypedValue(SumOf(array, kind, node.lineno))


def _number(scope: FunctionScope, node: ast.Call) -> TypedValue | None:
    """Checks that the only argument is a number."""
    arguments = _arguments(scope, node, 1)
    typed_value = number(scope, arguments[0]) if arguments else None
    if typed_value is None or arguments is None or typed_value.type is not Scalar.BOOL:
        return typed_value
    scope.report(ProblemKind.TYPE, arguments[0], "This is a bool, not a number", "Write `int(b)`.")
    return None


def _absolute(scope: FunctionScope, node: ast.Call) -> TypedValue | None:
    typed_value = _number(scope, node)
    value = None if typed_value is None else with_own_type(scope, typed_value, node.args[0])
    if value is None:
        return None
    kind = value.type or Scalar.INT
    if kind is Scalar.INT:
        scope.mark(node, "int64")
    return TypedValue(Absolute(value, kind, node.lineno))


def _round(scope: FunctionScope, node: ast.Call) -> TypedValue | None:
    if len(node.args) == 2:
        instead = "Write `round(x * 100.0) / 100.0`, or round where the number is displayed."
        scope.report(ProblemKind.OUTSIDE, node, "round returns a whole number in a block", instead)
        return None
    return _to_whole(scope, node, "round")


def _to_whole(scope: FunctionScope, node: ast.Call, rounding: str) -> TypedValue | None:
    typed_value = _number(scope, node)
    value = None if typed_value is None else with_own_type(scope, typed_value, node.args[0])
    if value is None:
        return None
    return TypedValue(value if value.type is Scalar.INT else Convert(value, Scalar.INT, node.lineno, rounding))


def _int(scope: FunctionScope, node: ast.Call) -> TypedValue | None:
    arguments = _arguments(scope, node, 1)
    typed_value = number(scope, arguments[0]) if arguments else None
    if typed_value is None:
        return None
    value = with_own_type(scope, typed_value, node.args[0])
    if value is None:
        return None
    return TypedValue(value if value.type is Scalar.INT else Convert(value, Scalar.INT, node.lineno, "int"))


def _conversion(scope: FunctionScope, node: ast.Call, name: str) -> TypedValue | None:
    kind = SCALARS.get(name)
    if kind is not None and kind.is_float:
        return _to_float(scope, node, kind)
    typed_value = _number(scope, node)
    value = None if typed_value is None else coerce(scope, typed_value, Scalar.INT, node.args[0])
    if value is None:
        return None
    return TypedValue(FitElement(value, ELEMENTS[name], node.lineno))


def _to_float(scope: FunctionScope, node: ast.Call, kind: Scalar) -> TypedValue | None:
    typed_value = _number(scope, node)
    if typed_value is None:
        return None
    if typed_value.type.is_float and not typed_value.is_literal:
        value: Expression | None = typed_value.expression
        if typed_value.type is not kind:
            value = Convert(typed_value.expression, kind, node.lineno)
        return None if value is None else TypedValue(value)
    value = coerce(scope, typed_value, kind, node.args[0])
    return None if value is None else TypedValue(value)


def _print(scope: FunctionScope, node: ast.Call) -> TypedValue | None:
    scope.report(ProblemKind.OUTSIDE, node, "print returns nothing", "Call it on a line of its own.")
    return None


_BUILT_IN: dict[str, Callable[[FunctionScope, ast.Call], TypedValue | None]] = {
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
"""Functions that need no import, for completion."""


def _mathematics(scope: FunctionScope, node: ast.Call, name: str) -> TypedValue | None:
    if name in _ROUNDINGS:
        return _to_whole(scope, node, _ROUNDINGS[name])
    if name not in MATH_NAMES:
        similar = get_close_matches(name, MATH_NAMES, n=1) if len(name) < 60 else []
        instead = f"Did you mean `math.{similar[0]}`?" if similar else f"There are {', '.join(MATH_NAMES)}."
        scope.report(ProblemKind.CALL, node.func, f"There is no math.{name} in a block", instead)
        return None
    arguments = _arguments(scope, node, PRIMITIVES.get(name, FUNCTIONS.get(name, 1)))
    operands = [number(scope, each) for each in arguments or ()]
    typed_operands = [each for each in operands if each is not None]
    kind = (
        common_type(scope, node, f"math.{name}", typed_operands)
        if arguments and len(typed_operands) == len(operands)
        else None
    )
    if kind is None or arguments is None:
        return None
    if kind is Scalar.INT:
        kind = Scalar.F32 if all(each.is_literal for each in typed_operands) else Scalar.F64
    coerced_operands = [coerce(scope, each, kind, at) for each, at in zip(typed_operands, arguments, strict=True)]
    values = [each for each in coerced_operands if each is not None]
    if len(values) != len(coerced_operands):
        return None
    return _of_f64(scope, node, name, kind, values)


def _of_f64(scope: FunctionScope, node: ast.Call, name: str, kind: Scalar, values: list[Expression]) -> TypedValue:
    """Calls an f64 function for numbers of `kind`: an f32 is converted to f64, and the result is rounded to f32."""
    line = node.lineno
    if name == "fabs":
        return TypedValue(Absolute(values[0], kind, line))
    wide = tuple(Convert(each, Scalar.F64, line) if kind is Scalar.F32 else each for each in values)
    if name.startswith("is"):
        return TypedValue(Primitive(name, wide, Scalar.BOOL, line))
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
    return TypedValue(result)


def _helper(scope: FunctionScope, node: ast.Call, helper: ast.FunctionDef) -> TypedValue | None:
    if helper.name in scope.file.call_stack:
        message = f"{helper.name} calls itself; a block cannot use recursion"
        scope.report(ProblemKind.CALL, node.func, message, "Write a loop.")
        return None
    parameters = [*helper.args.posonlyargs, *helper.args.args]
    if len(node.args) != len(parameters):
        names = ", ".join(each.arg for each in parameters)
        message = f"{helper.name} takes {len(parameters)} arguments and not {len(node.args)}"
        scope.report(ProblemKind.CALL, node, message, f"Write `{helper.name}({names})`.")
        return None
    values: list[Expression | ArrayVariable] = []
    for parameter, argument in zip(parameters, node.args, strict=True):
        value = _helper_argument(scope, parameter, argument)
        if value is None:
            return None
        values.append(value)
    kinds = tuple(each if isinstance(each, ArrayVariable) else each.type or Scalar.INT for each in values)
    function = scope.file.specialise(scope.file, helper, kinds, node)
    if function is None:
        return None
    scope.calls[function] = None
    return TypedValue(HelperCall(function, tuple(values), function.gives, node.lineno))


def _helper_argument(scope: FunctionScope, parameter: ast.arg, node: ast.expr) -> Expression | ArrayVariable | None:
    annotation = parameter.annotation
    if isinstance(annotation, ast.Name) and annotation.id in SCALARS:
        typed_value = number(scope, node)
        return None if typed_value is None else coerce(scope, typed_value, SCALARS[annotation.id], node, widens=True)
    if isinstance(annotation, ast.Subscript):
        return array_of(scope, node)
    if annotation is None:
        return None  # reported with the helper's definition
    message = f"The parameter {parameter.arg} has a type that a helper cannot have"
    instead = 'Write `f32`, `int`, `bool` or an array, `f32["n"]`.'
    scope.report(ProblemKind.SIGNATURE, parameter, message, instead)
    return None
