"""Converts between number types: literals take the type of the other operand, whole numbers become floats; every other
conversion must be written."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterable, Iterator

from rune.pyblock.checking.problems import ProblemKind
from rune.pyblock.checking.scope import FunctionScope, RecheckFunction, TypedValue
from rune.pyblock.ir import (
    BinaryOperation,
    Choose,
    Convert,
    Expression,
    Extreme,
    NumberConstant,
    ReadVariable,
    UnaryOperation,
)
from rune.pyblock.numbers import LEAST, MOST, Scalar, to_f32

MAX_PROMOTED = 12
"""The maximum number of variables of a function whose type is found by checking it again."""


def literal(scope: FunctionScope, node: ast.expr, value: bool | int | float) -> TypedValue | None:
    """Checks a number literal."""
    if isinstance(value, int) and not LEAST <= value <= MOST:
        scope.report(
            ProblemKind.NUMBER, node, "This whole number is larger than 64 bits", "Write a smaller one, or a float."
        )
        return None
    if isinstance(value, float) and math.isinf(value):
        scope.report(ProblemKind.NUMBER, node, "This is beyond the largest f64", "Write `math.inf` if that is meant.")
        return None
    kind = Scalar.F64 if isinstance(value, float) else Scalar.INT
    return TypedValue(NumberConstant(value, kind, node.lineno), is_literal=True)


def is_float_literal(typed_value: TypedValue) -> bool:
    return typed_value.is_literal and typed_value.type is Scalar.F64


def common_type(scope: FunctionScope, node: ast.AST, what: str, operands: Iterable[TypedValue]) -> Scalar | None:
    """Returns the type in which an operation on these numbers is computed; None if a problem was reported."""
    typed_operands = tuple(operands)
    definite_types = {each.type for each in typed_operands if not each.is_literal}
    if any(each.type is Scalar.BOOL for each in typed_operands):
        scope.report(ProblemKind.TYPE, node, f"{_quoted(what)} cannot mix a bool and a number", "Write `int(b)`.")
        return None
    if Scalar.F32 in definite_types and Scalar.F64 in definite_types:
        for each in typed_operands:
            if each.type is Scalar.F32:
                promote(scope, each.expression)
        message = f"{_quoted(what)} cannot mix f32 and f64"
        scope.report(ProblemKind.TYPE, node, message, "Write `f32(...)` or `f64(...)` around one of them.")
        return None
    floats = definite_types & {Scalar.F32, Scalar.F64}
    if floats:
        return floats.pop()
    if any(is_float_literal(each) for each in typed_operands):
        return Scalar.F32
    return Scalar.INT


def _quoted(what: str) -> str:
    return what if what.isalpha() or " " in what else f"`{what}`"


def coerce(
    scope: FunctionScope, typed_value: TypedValue, kind: Scalar, node: ast.expr, *, widens: bool = False
) -> Expression | None:
    """Converts a number to this type; returns None if a problem was reported. With `widens`, an f32 becomes an f64
    implicitly, which is exact."""
    expression = typed_value.expression
    if typed_value.type is kind and not (typed_value.is_literal and kind.is_float):
        return expression
    if Scalar.BOOL in (typed_value.type, kind):
        instead = "Write `int(b)`." if typed_value.type is Scalar.BOOL else "Write a comparison, such as `x != 0`."
        scope.report(ProblemKind.TYPE, node, f"This is {_of(typed_value.type)} and must be {_of(kind)}", instead)
        return None
    if kind is Scalar.INT:
        message = f"This is {_of(typed_value.type, is_literal=typed_value.is_literal)} and must be a whole number"
        scope.report(ProblemKind.TYPE, node, message, "Write `int(x)`, which drops the fraction, or `round(x)`.")
        return None
    if typed_value.is_literal and isinstance(expression, NumberConstant):
        return _literal_as(scope, expression, kind, node)
    if typed_value.type is Scalar.INT:
        scope.mark(node, kind.value)
        return Convert(expression, kind, expression.line)
    if kind is Scalar.F64 and widens:
        return Convert(expression, kind, expression.line)
    promote(scope, expression)
    message = f"This is an {typed_value.type} and must be an {kind}"
    scope.report(ProblemKind.TYPE, node, message, f"Write `{kind}(...)` around it.")
    return None


def _literal_as(scope: FunctionScope, constant: NumberConstant, kind: Scalar, node: ast.expr) -> Expression | None:
    scope.mark(node, kind.value)
    value = to_f32(constant.value) if kind is Scalar.F32 else float(constant.value)
    if math.isinf(value) and not math.isinf(constant.value):
        scope.report(
            ProblemKind.NUMBER, node, "This is beyond the largest f32", "Write `f64(...)` around the other operand."
        )
        return None
    if constant.type is Scalar.INT and value != constant.value:
        message = f"{constant.value} is not exact in {kind}: it would become {value:.0f}"
        scope.report(ProblemKind.NUMBER, node, message, f"Write a number that fits in {kind}.")
        return None
    return NumberConstant(value, kind, constant.line)


def _of(kind: Scalar, *, is_literal: bool = False) -> str:
    if is_literal and kind.is_float:
        return "a float"
    return {Scalar.BOOL: "a bool", Scalar.INT: "a whole number"}.get(kind, f"an {kind}")


def condition(scope: FunctionScope, typed_value: TypedValue | None, node: ast.expr) -> Expression | None:
    """Checks an expression that is a bool."""
    if typed_value is None:
        return None
    if typed_value.type is Scalar.BOOL:
        return typed_value.expression
    message = "This is a number, not a bool"
    scope.report(ProblemKind.TYPE, node, message, f"Write `{ast.unparse(node)[:40]} != 0`.")
    return None


def with_own_type(scope: FunctionScope, typed_value: TypedValue, node: ast.expr) -> Expression | None:
    """Returns a number with a definite type: a float literal becomes an f32."""
    return coerce(scope, typed_value, Scalar.F32, node) if is_float_literal(typed_value) else typed_value.expression


def promote(scope: FunctionScope, expression: Expression) -> None:
    """If an f32 comes only from variables that started as literals, makes them f64 and raises `RecheckFunction`."""
    sources = tuple(_sources(expression))
    loose = {each.variable.name for each in sources if isinstance(each, ReadVariable)} & scope.default_f32
    is_all = all(
        isinstance(each, NumberConstant) or (isinstance(each, ReadVariable) and each.variable.name in loose)
        for each in sources
    )
    if loose and is_all and len(scope.promotions) < MAX_PROMOTED:
        scope.promotions.update(dict.fromkeys(loose, Scalar.F64))
        raise RecheckFunction


def _sources(expression: Expression) -> Iterator[Expression]:
    """Returns the operands of an expression, through operations that keep the type."""
    match expression:
        case BinaryOperation(_, left, right) | Choose(_, left, right):
            yield from _sources(left)
            yield from _sources(right)
        case UnaryOperation(_, value):
            yield from _sources(value)
        case Extreme(_, values):
            for each in values:
                yield from _sources(each)
        case Convert(value) if value.type is Scalar.INT:
            return
        case _:
            yield expression
