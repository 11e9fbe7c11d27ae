"""Which numbers become which: literals take the type beside them, whole numbers become floats, and all else is said."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterable, Iterator

from rune.compiler.pyblock.ir import Binary, Choose, Constant, Convert, Expression, Extreme, Read, Unary
from rune.compiler.pyblock.numbers import LEAST, MOST, Scalar, to_f32
from rune.compiler.pyblock.problems import Kind
from rune.compiler.pyblock.scope import Again, Scope, Typed

MOST_DECIDED = 12
"""Numbers of a function whose type is found by looking at it again; others say theirs."""


def literal(scope: Scope, node: ast.expr, value: bool | int | float) -> Typed | None:
    """A number as it is written."""
    if isinstance(value, int) and not LEAST <= value <= MOST:
        scope.report(Kind.NUMBER, node, "This is a whole number beyond 64 bits", "Write a smaller one, or a float.")
        return None
    if isinstance(value, float) and math.isinf(value):
        scope.report(Kind.NUMBER, node, "This is beyond the largest f64", "Write `math.inf` if that is meant.")
        return None
    kind = Scalar.F64 if isinstance(value, float) else Scalar.INT
    return Typed(Constant(value, kind, node.lineno), is_literal=True)


def is_float_literal(typed: Typed) -> bool:
    return typed.is_literal and typed.type is Scalar.F64


def common(scope: Scope, node: ast.AST, what: str, operands: Iterable[Typed]) -> Scalar | None:
    """The type in which numbers of these types meet; None when a problem was reported."""
    typed = tuple(operands)
    firm = {each.type for each in typed if not each.is_literal}
    if any(each.type is Scalar.BOOL for each in typed):
        scope.report(Kind.TYPE, node, f"A bool and a number do not go into {_quoted(what)}", "Write `int(b)`.")
        return None
    if Scalar.F32 in firm and Scalar.F64 in firm:
        for each in typed:
            if each.type is Scalar.F32:
                promote(scope, each.expression)
        message = f"f32 and f64 do not meet in {_quoted(what)}: each would round in another way"
        scope.report(Kind.TYPE, node, message, "Write `f32(...)` or `f64(...)` around one of them.")
        return None
    floats = firm & {Scalar.F32, Scalar.F64}
    if floats:
        return floats.pop()
    if any(is_float_literal(each) for each in typed):
        return Scalar.F32
    return Scalar.INT


def _quoted(what: str) -> str:
    return what if what.isalpha() or " " in what else f"`{what}`"


def coerce(scope: Scope, typed: Typed, kind: Scalar, node: ast.expr, *, widens: bool = False) -> Expression | None:
    """The number as one of this kind; None when a problem was reported. With `widens` an f32 becomes an f64 by itself,
    which is exact."""
    given = typed.expression
    if typed.type is kind and not (typed.is_literal and kind.is_float):
        return given
    if Scalar.BOOL in (typed.type, kind):
        instead = "Write `int(b)`." if typed.type is Scalar.BOOL else "Write a comparison, such as `x != 0`."
        scope.report(Kind.TYPE, node, f"This is {_of(typed.type)} and must be {_of(kind)}", instead)
        return None
    if kind is Scalar.INT:
        message = f"This is {_of(typed.type, is_literal=typed.is_literal)} and must be a whole number"
        scope.report(Kind.TYPE, node, message, "Write `int(x)`, which drops what is behind the point, or `round(x)`.")
        return None
    if typed.is_literal and isinstance(given, Constant):
        return _literal_as(scope, given, kind, node)
    if typed.type is Scalar.INT:
        scope.mark(node, kind.value)
        return Convert(given, kind, given.line)
    if kind is Scalar.F64 and widens:
        return Convert(given, kind, given.line)
    promote(scope, given)
    message = f"This is an {typed.type} and must be an {kind}"
    scope.report(Kind.TYPE, node, message, f"Write `{kind}(...)` around it.")
    return None


def _literal_as(scope: Scope, given: Constant, kind: Scalar, node: ast.expr) -> Expression | None:
    scope.mark(node, kind.value)
    value = to_f32(given.value) if kind is Scalar.F32 else float(given.value)
    if math.isinf(value) and not math.isinf(given.value):
        scope.report(Kind.NUMBER, node, "This is beyond the largest f32", "Write `f64(...)` around what it meets.")
        return None
    if given.type is Scalar.INT and value != given.value:
        message = f"{given.value} is no {kind}: it would become {value:.0f}"
        scope.report(Kind.NUMBER, node, message, "Write a number that it can hold.")
        return None
    return Constant(value, kind, given.line)


def _of(kind: Scalar, *, is_literal: bool = False) -> str:
    if is_literal and kind.is_float:
        return "a float"
    return {Scalar.BOOL: "a bool", Scalar.INT: "a whole number"}.get(kind, f"an {kind}")


def condition(scope: Scope, typed: Typed | None, node: ast.expr) -> Expression | None:
    """A truth value."""
    if typed is None:
        return None
    if typed.type is Scalar.BOOL:
        return typed.expression
    message = "This is a number and no truth value"
    scope.report(Kind.TYPE, node, message, f"Write `{ast.unparse(node)[:40]} != 0`.")
    return None


def firm(scope: Scope, typed: Typed, node: ast.expr) -> Expression | None:
    """A number with a type of its own: a float literal that meets nothing is an f32."""
    return coerce(scope, typed, Scalar.F32, node) if is_float_literal(typed) else typed.expression


def promote(scope: Scope, expression: Expression) -> None:
    """Where an f32 comes of nothing but numbers that began as literals, makes these f64 and raises `Again`."""
    sources = tuple(_sources(expression))
    loose = {each.variable.name for each in sources if isinstance(each, Read)} & scope.loose
    is_all = all(
        isinstance(each, Constant) or (isinstance(each, Read) and each.variable.name in loose) for each in sources
    )
    if loose and is_all and len(scope.decided) < MOST_DECIDED:
        scope.decided.update(dict.fromkeys(loose, Scalar.F64))
        raise Again


def _sources(expression: Expression) -> Iterator[Expression]:
    """What an expression is made of, through operations that keep the type."""
    match expression:
        case Binary(_, left, right) | Choose(_, left, right):
            yield from _sources(left)
            yield from _sources(right)
        case Unary(_, value):
            yield from _sources(value)
        case Extreme(_, values):
            for each in values:
                yield from _sources(each)
        case Convert(value) if value.type is Scalar.INT:
            return
        case _:
            yield expression
