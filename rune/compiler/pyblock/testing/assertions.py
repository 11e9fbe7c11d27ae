"""What an assert of a test says, as statements: it compares, and where that fails it writes down what it saw."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rune.compiler.pyblock.conversions import coerce, common, condition
from rune.compiler.pyblock.expressions import number
from rune.compiler.pyblock.ir import (
    Absolute,
    ArrayVariable,
    Assign,
    Binary,
    Compare,
    Constant,
    Convert,
    Expression,
    For,
    If,
    Load,
    Logic,
    Read,
    Return,
    Statement,
    Store,
    Variable,
)
from rune.compiler.pyblock.numbers import Scalar, scalar_of
from rune.compiler.pyblock.problems import Kind
from rune.compiler.pyblock.scope import Scope, Typed
from rune.compiler.pyblock.testing.arrays import array_argument, is_array
from rune.tensor import ElementType, TensorType

OUTCOME = TensorType(ElementType.I64, (5,))
"""The number of the assert that failed, from 1 on; the element, or -1; which numbers follow; these, where whole."""
NUMBERS = TensorType(ElementType.F64, (3,))
"""What came and what was expected, where these are floats, and how far they may be apart."""
NOTHING, WHOLE, FLOATS = range(3)
"""Which numbers an outcome has."""
APPROX = "approx"
OPERATORS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip


@dataclass(frozen=True)
class Assertion:
    """An assert: its line, its operator where it compares two numbers or arrays, and what its author says of it."""

    line: int
    operator: str | None
    text: str
    message: str


@dataclass(frozen=True)
class _Failing:
    """What writes down that one assert failed."""

    number: int
    line: int
    outcome: ArrayVariable
    numbers: ArrayVariable

    def statements(
        self,
        got: Expression | None = None,
        expected: Expression | None = None,
        index: Expression | None = None,
        tolerance: Expression | None = None,
    ) -> tuple[Statement, ...]:
        line, is_float = self.line, got is not None and (got.type or Scalar.INT).is_float
        kind = NOTHING if got is None else FLOATS if is_float else WHOLE
        at = Constant(-1, Scalar.INT, line) if index is None else index
        found = [self._store(0, self._whole(self.number)), self._store(1, at), self._store(2, self._whole(kind))]
        for place, value in enumerate((got, expected)):
            if value is None:
                continue
            if not is_float:
                found.append(self._store(3 + place, _as_whole(value)))
            else:
                found.append(self._float(place, value))
        if tolerance is not None:
            found.append(self._float(2, tolerance))
        return (*found, Return((), line))

    def _whole(self, value: int) -> Constant:
        return Constant(value, Scalar.INT, self.line)

    def _store(self, place: int, value: Expression) -> Statement:
        return Store(self.outcome, (self._whole(place),), value, self.line)

    def _float(self, place: int, value: Expression) -> Statement:
        return Store(self.numbers, (self._whole(place),), _as_f64(value), self.line)


def assert_statements(
    scope: Scope,
    node: ast.Assert,
    number_of: Callable[[Assertion], int],
    outcome: ArrayVariable,
    numbers: ArrayVariable,
) -> tuple[Statement, ...]:
    """What an assert does; nothing when a problem was reported. `number_of` gives an assert its number."""
    message = node.msg
    if message is not None and not (isinstance(message, ast.Constant) and isinstance(message.value, str)):
        scope.report(Kind.TEST, message, "What an assert says is a text", 'Write `assert y == [1.0], "why"`.')
        return ()
    said = str(message.value) if isinstance(message, ast.Constant) else ""
    test = node.test
    operator = OPERATORS.get(type(test.ops[0])) if isinstance(test, ast.Compare) and len(test.ops) == 1 else None
    said_there = ast.get_source_segment(scope.text.text, test) or ""
    assertion = Assertion(node.lineno, operator, " ".join(said_there.split())[:200], said)
    failing = _Failing(number_of(assertion), node.lineno, outcome, numbers)
    if not isinstance(test, ast.Compare) or operator is None:
        asked = condition(scope, number(scope, test), test)
        return () if asked is None else (If(asked, (), failing.statements(), node.lineno),)
    return _comparison(scope, test, operator, failing)


def _comparison(scope: Scope, test: ast.Compare, operator: str, failing: _Failing) -> tuple[Statement, ...]:
    left, right = test.left, test.comparators[0]
    if _is_approx(left):
        scope.report(Kind.TEST, left, "approx stands on the right", "Write `assert y == approx([1.0], abs=0.01)`.")
        return ()
    expected, tolerance = right, None
    if isinstance(right, ast.Call) and _is_approx(right):
        if operator != "==":
            scope.report(Kind.TEST, right, f"approx is compared with == and not {operator}", "Write `==`.")
            return ()
        found = _approx(scope, right)
        if found is None:
            return ()
        expected, tolerance = found
    if is_array(scope, left) or is_array(scope, expected):
        if operator != "==":
            message = f"Arrays are compared with == and not {operator}"
            scope.report(Kind.TEST, test, message, "Compare an element, `y[0] < 1.0`, or `max(y)`.")
            return ()
        return _arrays(scope, (left, expected), tolerance, failing)
    return _numbers(scope, test, (left, expected), operator, tolerance, failing)


def _is_approx(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == APPROX


def _approx(scope: Scope, node: ast.Call) -> tuple[ast.expr, Constant] | None:
    """What is expected, and how far it may be off; None when a problem was reported."""
    instead = "Write `approx([0.5, 0.5], abs=0.001)`: how far a number may be off is said in the test."
    if len(node.args) != 1 or [each.arg for each in node.keywords] != ["abs"]:
        scope.report(Kind.TEST, node, "approx takes what is expected and `abs=`", instead)
        return None
    said = number(scope, node.keywords[0].value)
    value = None if said is None or not said.is_literal else said.expression
    if not isinstance(value, Constant) or value.value < 0:
        scope.report(Kind.TEST, node.keywords[0].value, "How far a number may be off is a literal from 0 on", instead)
        return None
    return node.args[0], Constant(float(value.value), Scalar.F64, node.lineno)


def _numbers(
    scope: Scope,
    test: ast.Compare,
    nodes: tuple[ast.expr, ast.expr],
    operator: str,
    tolerance: Constant | None,
    failing: _Failing,
) -> tuple[Statement, ...]:
    typed = [number(scope, each) for each in nodes]
    known = [each for each in typed if each is not None]
    if len(known) != 2:
        return ()
    kind = _kind(scope, test, operator, known) if tolerance is None else Scalar.F64
    if kind is None:
        return ()
    line = test.lineno
    sides = [_side(scope, each, kind, node) for each, node in zip(known, nodes, strict=True)]
    values = [each for each in sides if each is not None]
    if len(values) != 2:
        return ()
    names = [scope.temporary(kind) for _ in values]
    reads: list[Expression] = [Read(each, line) for each in names]
    kept = tuple(Assign(name, value, line) for name, value in zip(names, values, strict=True))
    asked = (
        Compare(operator, reads[0], reads[1], line) if tolerance is None else _near(reads[0], reads[1], tolerance, line)
    )
    return (*kept, If(asked, (), failing.statements(reads[0], reads[1], None, tolerance), line))


def _kind(scope: Scope, test: ast.Compare, operator: str, typed: Sequence[Typed]) -> Scalar | None:
    if all(each.type is Scalar.BOOL for each in typed):
        return Scalar.BOOL
    return common(scope, test, operator, typed)


def _side(scope: Scope, typed: Typed, kind: Scalar, node: ast.expr) -> Expression | None:
    return typed.expression if kind is Scalar.BOOL else coerce(scope, typed, kind, node, widens=True)


def _arrays(
    scope: Scope, nodes: tuple[ast.expr, ast.expr], tolerance: Constant | None, failing: _Failing
) -> tuple[Statement, ...]:
    left, right = nodes
    first = left if is_array(scope, left) and not isinstance(left, ast.List) else right
    one = array_argument(scope, first, None)
    if one is None:
        return ()
    made, array = one
    element = array.type.element if tolerance is None else ElementType.F64
    two = array_argument(scope, right if first is left else left, element)
    if two is None:
        return ()
    before, other = two
    sides = (array, other) if first is left else (other, array)
    line = failing.line
    differs = sides[0].type.dimensions != sides[1].type.dimensions
    if differs or (tolerance is None and sides[0].type != sides[1].type):
        message = f"{sides[0].type} is compared with {sides[1].type}"
        scope.report(Kind.TEST, nodes[1], message, "Expect as many numbers as there are, of the same type.")
        return ()
    indices = tuple(scope.temporary(Scalar.INT) for _ in array.type.dimensions)
    places = tuple(Read(each, line) for each in indices)
    kind = scalar_of(array.type.element) if tolerance is None else Scalar.F64
    names = [scope.temporary(kind) for _ in sides]
    kept = [
        Assign(name, _converted(Load(side, places, scalar_of(side.type.element), line), kind), line)
        for name, side in zip(names, sides, strict=True)
    ]
    reads: list[Expression] = [Read(each, line) for each in names]
    asked = Compare("==", reads[0], reads[1], line) if tolerance is None else _near(reads[0], reads[1], tolerance, line)
    fails = failing.statements(reads[0], reads[1], _flat(places, array.type.dimensions, line), tolerance)
    body: tuple[Statement, ...] = (*kept, If(asked, (), fails, line))
    for index, size in reversed(tuple(zip(indices, array.type.dimensions, strict=True))):
        body = (_counted(index, size, body, line),)
    return (*made, *before, *body)


def _counted(index: Variable, size: int, body: tuple[Statement, ...], line: int) -> For:
    return For(index, Constant(0, Scalar.INT, line), Constant(size, Scalar.INT, line), 1, body, line)


def _flat(places: Sequence[Expression], sizes: Sequence[int], line: int) -> Expression:
    found = places[0]
    for place, size in zip(places[1:], sizes[1:], strict=True):
        wide = Binary("*", found, Constant(size, Scalar.INT, line), Scalar.INT, line)
        found = Binary("+", wide, place, Scalar.INT, line)
    return found


def _near(got: Expression, expected: Expression, tolerance: Constant, line: int) -> Expression:
    """Equal, which the infinite are, or not farther apart than that."""
    apart = Absolute(Binary("-", got, expected, Scalar.F64, line), Scalar.F64, line)
    return Logic("or", Compare("==", got, expected, line), Compare("<=", apart, tolerance, line), line)


def _converted(value: Expression, kind: Scalar) -> Expression:
    return value if value.type is kind else Convert(value, kind, value.line)


def _as_f64(value: Expression) -> Expression:
    return _converted(value, Scalar.F64)


def _as_whole(value: Expression) -> Expression:
    return _converted(value, Scalar.INT)
