"""Turns the asserts of a test into statements that compare and, on failure, store the compared values."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rune.pyblock.checking.conversions import coerce, common_type, condition
from rune.pyblock.checking.expressions import number
from rune.pyblock.checking.problems import ProblemKind
from rune.pyblock.checking.scope import FunctionScope, TypedValue
from rune.pyblock.ir import (
    Absolute,
    Assign,
    BinaryOperation,
    Convert,
    Expression,
    For,
    If,
    LoadElement,
    Logic,
    NumberComparison,
    NumberConstant,
    ReadVariable,
    Return,
    Statement,
    StoreElement,
)
from rune.pyblock.numbers import Scalar, scalar_of
from rune.pyblock.testing.arrays import array_argument, is_array
from rune.pyblock.variables import ArrayVariable, Variable
from rune.tensor import ElementType, TensorType

OUTCOME = TensorType(ElementType.I64, (5,))
"""The number of the failed assert, from 1; the element, or -1; the kind of the compared values; these, if whole."""
NUMBERS = TensorType(ElementType.F64, (3,))
"""The actual and the expected value, if they are floats, and the tolerance."""
NOTHING, WHOLE, FLOATS = range(3)
"""The kinds of values in an outcome."""
APPROX = "approx"
OPERATORS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip


@dataclass(frozen=True)
class Assertion:
    """An assert: its line, its operator if it compares numbers or arrays, its text, and its message."""

    line: int
    operator: str | None
    text: str
    message: str


@dataclass(frozen=True)
class _Failing:
    """Builds the statements that store the failure of one assert."""

    number: int
    line: int
    outcome: ArrayVariable
    numbers: ArrayVariable

    def statements(
        self,
        actual: Expression | None = None,
        expected: Expression | None = None,
        index: Expression | None = None,
        tolerance: Expression | None = None,
    ) -> tuple[Statement, ...]:
        line, is_float = self.line, actual is not None and (actual.type or Scalar.INT).is_float
        kind = NOTHING if actual is None else FLOATS if is_float else WHOLE
        at = NumberConstant(-1, Scalar.INT, line) if index is None else index
        statements = [self._store(0, self._whole(self.number)), self._store(1, at), self._store(2, self._whole(kind))]
        for place, value in enumerate((actual, expected)):
            if value is None:
                continue
            if not is_float:
                statements.append(self._store(3 + place, _as_whole(value)))
            else:
                statements.append(self._float(place, value))
        if tolerance is not None:
            statements.append(self._float(2, tolerance))
        return (*statements, Return((), line))

    def _whole(self, value: int) -> NumberConstant:
        return NumberConstant(value, Scalar.INT, self.line)

    def _store(self, place: int, value: Expression) -> Statement:
        return StoreElement(self.outcome, (self._whole(place),), value, self.line)

    def _float(self, place: int, value: Expression) -> Statement:
        return StoreElement(self.numbers, (self._whole(place),), _as_f64(value), self.line)


def assert_statements(
    scope: FunctionScope,
    node: ast.Assert,
    number_of: Callable[[Assertion], int],
    outcome: ArrayVariable,
    numbers: ArrayVariable,
) -> tuple[Statement, ...]:
    """Returns the statements of an assert; none if a problem was reported. `number_of` numbers an assert."""
    message = node.msg
    if message is not None and not (isinstance(message, ast.Constant) and isinstance(message.value, str)):
        scope.report(
            ProblemKind.TEST, message, "The message of an assert must be text", 'Write `assert y == [1.0], "why"`.'
        )
        return ()
    message_text = str(message.value) if isinstance(message, ast.Constant) else ""
    test = node.test
    operator = OPERATORS.get(type(test.ops[0])) if isinstance(test, ast.Compare) and len(test.ops) == 1 else None
    source = ast.get_source_segment(scope.text.text, test) or ""
    assertion = Assertion(node.lineno, operator, " ".join(source.split())[:200], message_text)
    failing = _Failing(number_of(assertion), node.lineno, outcome, numbers)
    if not isinstance(test, ast.Compare) or operator is None:
        holds = condition(scope, number(scope, test), test)
        return () if holds is None else (If(holds, (), failing.statements(), node.lineno),)
    return _comparison(scope, test, operator, failing)


def _comparison(scope: FunctionScope, test: ast.Compare, operator: str, failing: _Failing) -> tuple[Statement, ...]:
    left, right = test.left, test.comparators[0]
    if _is_approx(left):
        scope.report(
            ProblemKind.TEST, left, "approx must be on the right side", "Write `assert y == approx([1.0], abs=0.01)`."
        )
        return ()
    expected, tolerance = right, None
    if isinstance(right, ast.Call) and _is_approx(right):
        if operator != "==":
            scope.report(ProblemKind.TEST, right, f"approx can be compared only with ==, not {operator}", "Write `==`.")
            return ()
        approximation = _approx(scope, right)
        if approximation is None:
            return ()
        expected, tolerance = approximation
    if is_array(scope, left) or is_array(scope, expected):
        if operator != "==":
            message = f"Arrays can be compared only with ==, not {operator}"
            scope.report(ProblemKind.TEST, test, message, "Compare an element, `y[0] < 1.0`, or `max(y)`.")
            return ()
        return _arrays(scope, (left, expected), tolerance, failing)
    return _numbers(scope, test, (left, expected), operator, tolerance, failing)


def _is_approx(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == APPROX


def _approx(scope: FunctionScope, node: ast.Call) -> tuple[ast.expr, NumberConstant] | None:
    """Returns the expected expression and the tolerance of `approx`; None if a problem was reported."""
    instead = "Write `approx([0.5, 0.5], abs=0.001)`."
    if len(node.args) != 1 or [each.arg for each in node.keywords] != ["abs"]:
        scope.report(ProblemKind.TEST, node, "approx needs the expected value and a tolerance, `abs=`", instead)
        return None
    typed_value = number(scope, node.keywords[0].value)
    value = None if typed_value is None or not typed_value.is_literal else typed_value.expression
    if not isinstance(value, NumberConstant) or value.value < 0:
        scope.report(
            ProblemKind.TEST, node.keywords[0].value, "The tolerance of approx must be a literal, 0 or more", instead
        )
        return None
    return node.args[0], NumberConstant(float(value.value), Scalar.F64, node.lineno)


def _numbers(
    scope: FunctionScope,
    test: ast.Compare,
    nodes: tuple[ast.expr, ast.expr],
    operator: str,
    tolerance: NumberConstant | None,
    failing: _Failing,
) -> tuple[Statement, ...]:
    typed_values = [number(scope, each) for each in nodes]
    typed_operands = [each for each in typed_values if each is not None]
    if len(typed_operands) != 2:
        return ()
    kind = _kind(scope, test, operator, typed_operands) if tolerance is None else Scalar.F64
    if kind is None:
        return ()
    line = test.lineno
    operands = [_side(scope, each, kind, node) for each, node in zip(typed_operands, nodes, strict=True)]
    values = [each for each in operands if each is not None]
    if len(values) != 2:
        return ()
    names = [scope.temporary(kind) for _ in values]
    reads: list[Expression] = [ReadVariable(each, line) for each in names]
    assignments = tuple(Assign(name, value, line) for name, value in zip(names, values, strict=True))
    holds = (
        NumberComparison(operator, reads[0], reads[1], line)
        if tolerance is None
        else _near(reads[0], reads[1], tolerance, line)
    )
    return (*assignments, If(holds, (), failing.statements(reads[0], reads[1], None, tolerance), line))


def _kind(
    scope: FunctionScope, test: ast.Compare, operator: str, typed_operands: Sequence[TypedValue]
) -> Scalar | None:
    if all(each.type is Scalar.BOOL for each in typed_operands):
        return Scalar.BOOL
    return common_type(scope, test, operator, typed_operands)


def _side(scope: FunctionScope, typed_value: TypedValue, kind: Scalar, node: ast.expr) -> Expression | None:
    return typed_value.expression if kind is Scalar.BOOL else coerce(scope, typed_value, kind, node, widens=True)


def _arrays(
    scope: FunctionScope, nodes: tuple[ast.expr, ast.expr], tolerance: NumberConstant | None, failing: _Failing
) -> tuple[Statement, ...]:
    left, right = nodes
    first = left if is_array(scope, left) and not isinstance(left, ast.List) else right
    first_array = array_argument(scope, first, None)
    if first_array is None:
        return ()
    first_statements, array = first_array
    element = array.type.element if tolerance is None else ElementType.F64
    second_array = array_argument(scope, right if first is left else left, element)
    if second_array is None:
        return ()
    second_statements, other = second_array
    operands = (array, other) if first is left else (other, array)
    line = failing.line
    differs = operands[0].type.dimensions != operands[1].type.dimensions
    if differs or (tolerance is None and operands[0].type != operands[1].type):
        message = f"{operands[0].type} cannot be compared with {operands[1].type}"
        scope.report(
            ProblemKind.TEST, nodes[1], message, "Write as many expected numbers as the array has, of the same type."
        )
        return ()
    indices = tuple(scope.temporary(Scalar.INT) for _ in array.type.dimensions)
    places = tuple(ReadVariable(each, line) for each in indices)
    kind = scalar_of(array.type.element) if tolerance is None else Scalar.F64
    names = [scope.temporary(kind) for _ in operands]
    assignments = [
        Assign(name, _converted(LoadElement(side, places, scalar_of(side.type.element), line), kind), line)
        for name, side in zip(names, operands, strict=True)
    ]
    reads: list[Expression] = [ReadVariable(each, line) for each in names]
    holds = (
        NumberComparison("==", reads[0], reads[1], line)
        if tolerance is None
        else _near(reads[0], reads[1], tolerance, line)
    )
    fails = failing.statements(reads[0], reads[1], _flat(places, array.type.dimensions, line), tolerance)
    body: tuple[Statement, ...] = (*assignments, If(holds, (), fails, line))
    for index, size in reversed(tuple(zip(indices, array.type.dimensions, strict=True))):
        body = (_count_loop(index, size, body, line),)
    return (*first_statements, *second_statements, *body)


def _count_loop(index: Variable, size: int, body: tuple[Statement, ...], line: int) -> For:
    return For(index, NumberConstant(0, Scalar.INT, line), NumberConstant(size, Scalar.INT, line), 1, body, line)


def _flat(places: Sequence[Expression], sizes: Sequence[int], line: int) -> Expression:
    index = places[0]
    for place, size in zip(places[1:], sizes[1:], strict=True):
        wide = BinaryOperation("*", index, NumberConstant(size, Scalar.INT, line), Scalar.INT, line)
        index = BinaryOperation("+", wide, place, Scalar.INT, line)
    return index


def _near(actual: Expression, expected: Expression, tolerance: NumberConstant, line: int) -> Expression:
    """Returns whether two numbers are equal (also if infinite) or within the tolerance."""
    difference = Absolute(BinaryOperation("-", actual, expected, Scalar.F64, line), Scalar.F64, line)
    return Logic(
        "or", NumberComparison("==", actual, expected, line), NumberComparison("<=", difference, tolerance, line), line
    )


def _converted(value: Expression, kind: Scalar) -> Expression:
    return value if value.type is kind else Convert(value, kind, value.line)


def _as_f64(value: Expression) -> Expression:
    return _converted(value, Scalar.F64)


def _as_whole(value: Expression) -> Expression:
    return _converted(value, Scalar.INT)
