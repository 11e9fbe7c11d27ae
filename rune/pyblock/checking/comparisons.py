"""Checks comparisons, also several in a row, of operands that were checked before."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from rune.pyblock.checking.conversions import coerce, common_type
from rune.pyblock.checking.problems import ProblemKind
from rune.pyblock.checking.scope import FunctionScope, TypedValue
from rune.pyblock.ir import Bind, Expression, Logic, NumberComparison, ReadVariable
from rune.pyblock.numbers import Scalar
from rune.pyblock.variables import Variable

_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}


def comparison_words(scope: FunctionScope, node: ast.Compare) -> list[str] | None:
    """Returns the operators of a comparison; None if a problem was reported."""
    operators = [_COMPARISONS.get(type(op)) for op in node.ops]
    words = [operator for operator in operators if operator is not None]
    if len(words) == len(operators):
        return words
    is_identity = isinstance(node.ops[0], ast.Is | ast.IsNot)
    instead = "Write `==`." if is_identity else "Write a loop that compares each element."
    scope.report(ProblemKind.OUTSIDE, node, "A block cannot use `in` or `is`", instead)
    return None


def comparison(
    scope: FunctionScope, node: ast.Compare, words: list[str], typed_operands: Sequence[TypedValue]
) -> TypedValue | None:
    """Checks that the operands can be compared; returns None if a problem was reported."""
    kind = _compared_as(scope, node, typed_operands)
    if kind is None:
        return None
    nodes = (node.left, *node.comparators)
    coerced_operands = [
        coerce(scope, each, kind, at, widens=True) for each, at in zip(typed_operands, nodes, strict=True)
    ]
    values = [each for each in coerced_operands if each is not None]
    if len(values) != len(coerced_operands):
        return None
    if len(values) == 2:
        return TypedValue(NumberComparison(words[0], values[0], values[1], node.lineno))
    return TypedValue(_chain(scope, words, values, node.lineno))


def _compared_as(scope: FunctionScope, node: ast.Compare, typed_operands: Sequence[TypedValue]) -> Scalar | None:
    kinds = {each.type for each in typed_operands}
    if kinds == {Scalar.BOOL}:
        return Scalar.BOOL
    kind = common_type(scope, node, "a comparison", typed_operands)
    is_mixed = any(each.type is Scalar.INT and not each.is_literal for each in typed_operands)
    return Scalar.F64 if kind is Scalar.F32 and is_mixed else kind


def _chain(scope: FunctionScope, operators: list[str], values: list[Expression], line: int) -> Expression:
    """Checks `a < b < c`: each operand is computed at most once, and not at all after a comparison that fails."""
    first, second = (scope.temporary(value.type or Scalar.INT) for value in values[:2])
    first_comparison: Expression = NumberComparison(
        operators[0], ReadVariable(first, line), ReadVariable(second, line), line
    )
    rest = _rest_of_chain(scope, operators[1:], second, values[2:], line)
    inner = Bind(second, values[1], Logic("and", first_comparison, rest, line), Scalar.BOOL, line)
    return Bind(first, values[0], inner, Scalar.BOOL, line)


def _rest_of_chain(
    scope: FunctionScope, operators: list[str], before: Variable, values: list[Expression], line: int
) -> Expression:
    if len(values) == 1:
        return NumberComparison(operators[0], ReadVariable(before, line), values[0], line)
    here = scope.temporary(values[0].type or Scalar.INT)
    first_comparison = NumberComparison(operators[0], ReadVariable(before, line), ReadVariable(here, line), line)
    rest = _rest_of_chain(scope, operators[1:], here, values[1:], line)
    return Bind(here, values[0], Logic("and", first_comparison, rest, line), Scalar.BOOL, line)
