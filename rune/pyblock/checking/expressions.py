"""Checks expressions: turns syntax nodes into typed operations, or reports a problem at the node.

Each operation rounds once.
"""

from __future__ import annotations

import ast
import math

from rune.pyblock import numbers
from rune.pyblock.checking.common_mistakes import UNSUPPORTED_EXPRESSIONS, ZEROS, replacement_for, square_text
from rune.pyblock.checking.comparisons import comparison, comparison_words
from rune.pyblock.checking.conversions import coerce, common_type, condition, is_float_literal, literal
from rune.pyblock.checking.problems import ProblemKind
from rune.pyblock.checking.scope import FunctionScope, TypedValue
from rune.pyblock.ir import (
    BinaryOperation,
    Choose,
    Expression,
    LoadElement,
    Logic,
    NumberConstant,
    ReadVariable,
    UnaryOperation,
)
from rune.pyblock.numbers import BlockFailure, Scalar, scalar_of
from rune.pyblock.variables import ArrayVariable

OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
}
_MATH_CONSTANTS = {"pi": math.pi, "e": math.e, "tau": math.tau, "inf": math.inf, "nan": math.nan}
_WHOLE_ONLY = frozenset({"**", "<<", ">>", "&", "|", "^"})


def number(scope: FunctionScope, node: ast.expr) -> TypedValue | None:
    """Checks an expression that is a number; returns None if a problem was reported."""
    match node:
        case ast.Constant():
            return _constant(scope, node)
        case ast.Name():
            return _name(scope, node)
        case ast.Subscript():
            return _element(scope, node)
        case ast.BinOp(left=ast.List(), op=ast.Mult()):
            scope.report(ProblemKind.GROWS, node, "A list has no fixed size", ZEROS)
            return None
        case ast.List(elts=[]):
            scope.report(ProblemKind.GROWS, node, "A list has no fixed size", ZEROS)
            return None
        case ast.BinOp(left=left, op=op, right=right):
            return operation(
                scope, node, OPERATORS.get(type(op), "@"), (left, right), (number(scope, left), number(scope, right))
            )
        case ast.UnaryOp():
            return _unary(scope, node)
        case ast.Compare():
            return _compare(scope, node)
        case ast.BoolOp():
            return _logic(scope, node)
        case ast.IfExp():
            return _choose(scope, node)
        case ast.Call():
            return scope.file.call(scope, node)
        case ast.Attribute(value=ast.Name(id="math")):
            return _math_constant(scope, node)
    kind, message, instead = UNSUPPORTED_EXPRESSIONS.get(
        type(node), (ProblemKind.OUTSIDE, "This is not a number", "Write a number.")
    )
    if isinstance(node, ast.Attribute):
        instead = replacement_for(node.attr) or instead
    scope.report(kind, node, message, instead)
    return None


def _constant(scope: FunctionScope, node: ast.Constant) -> TypedValue | None:
    value = node.value
    if isinstance(value, bool):
        return TypedValue(NumberConstant(value, Scalar.BOOL, node.lineno))
    if isinstance(value, int | float):
        return literal(scope, node, value)
    kinds = {str: "text", bytes: "bytes", complex: "complex numbers", type(None): "None"}
    message = f"A block cannot use {kinds.get(type(value), 'this value')}"
    scope.report(ProblemKind.OUTSIDE, node, message, "Use numbers and arrays of numbers.")
    return None


def _math_constant(scope: FunctionScope, node: ast.Attribute) -> TypedValue | None:
    if not require_math(scope, node):
        return None
    value = _MATH_CONSTANTS.get(node.attr)
    if value is None:
        names = ", ".join(f"math.{name}" for name in sorted(_MATH_CONSTANTS))
        scope.report(ProblemKind.CALL, node, f"There is no constant math.{node.attr}", f"The constants are {names}.")
        return None
    return TypedValue(NumberConstant(value, Scalar.F64, node.lineno), is_literal=True)


def _name(scope: FunctionScope, node: ast.Name) -> TypedValue | None:
    binding = scope.find(node)
    if binding is None:
        return None
    if isinstance(binding, ArrayVariable):
        message = f"{binding.name} is an array, not a number"
        instead = f"Write `{binding.name}[i]`, in a loop for all elements: `for i in range(len({binding.name})):`."
        scope.report(ProblemKind.TYPE, node, message, instead)
        return None
    if isinstance(binding, NumberConstant):
        return TypedValue(
            NumberConstant(binding.value, binding.type, node.lineno), is_literal=binding.type is not Scalar.BOOL
        )
    return TypedValue(ReadVariable(binding, node.lineno))


def array_of(scope: FunctionScope, node: ast.expr) -> ArrayVariable | None:
    """Returns the array that a name refers to; None if a problem was reported."""
    if not isinstance(node, ast.Name):
        if number(scope, node) is not None:
            scope.report(ProblemKind.TYPE, node, "This is not an array", "Write the name of an array.")
        return None
    binding = scope.find(node)
    if binding is None or isinstance(binding, ArrayVariable):
        return binding
    scope.report(ProblemKind.TYPE, node, f"{node.id} is a number, not an array", "Write the name of an array.")
    return None


def indices_of(scope: FunctionScope, node: ast.Subscript, array: ArrayVariable) -> tuple[Expression, ...] | None:
    """Checks the indices of one element; returns None if a problem was reported."""
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    count = len(array.type.dimensions)
    if any(isinstance(part, ast.Slice) for part in parts):
        if any(isinstance(part, ast.Slice) and part.step is not None for part in parts):
            instead = f"Write a loop: `for i in range(len({array.name})): y[i] = {array.name}[...]`."
            scope.report(ProblemKind.OUTSIDE, node, "A slice cannot have a step", instead)
            return None
        message = "A slice can only be one whole side of an assignment"
        instead = f"Write `y = {array.name}[a:b]` in a line before and use y, or a loop over the indices."
        scope.report(ProblemKind.OUTSIDE, node, message, instead)
        return None
    if len(parts) != count:
        example = ", ".join("ijkl"[:count]) or "i"
        message = f"{array.name} has {count} dimensions, but has {len(parts)} indices here"
        scope.report(ProblemKind.TYPE, node, message, f"Write `{array.name}[{example}]`.")
        return None
    indices = [whole(scope, part) for part in parts]
    return tuple(each for each in indices if each is not None) if None not in indices else None


def whole(scope: FunctionScope, node: ast.expr) -> Expression | None:
    """Checks an expression that is a whole number, such as an index."""
    typed_value = number(scope, node)
    return None if typed_value is None else coerce(scope, typed_value, Scalar.INT, node)


def _element(scope: FunctionScope, node: ast.Subscript) -> TypedValue | None:
    if isinstance(node.value, ast.Subscript):
        message = "All indices must be in one pair of brackets"
        scope.report(ProblemKind.OUTSIDE, node, message, "Write `x[i, j]`.")
        return None
    array = array_of(scope, node.value)
    if array is None:
        return None
    indices = indices_of(scope, node, array)
    return (
        None if indices is None else TypedValue(LoadElement(array, indices, scalar_of(array.type.element), node.lineno))
    )


def operation(
    scope: FunctionScope,
    node: ast.expr | ast.AugAssign,
    operator: str,
    nodes: tuple[ast.expr, ast.expr],
    operands: tuple[TypedValue | None, TypedValue | None],
) -> TypedValue | None:
    """Checks `left operator right`. Marks `node` with the rounding."""
    left, right = operands
    if left is None or right is None:
        return None
    if operator == "@":
        scope.report(ProblemKind.OUTSIDE, node, "A block cannot use `@`", "Write the product with loops.")
        return None
    if left.is_literal and right.is_literal and left.type is not Scalar.BOOL and right.type is not Scalar.BOOL:
        return _folded(scope, node, operator, left.expression, right.expression)
    if operator in _WHOLE_ONLY:
        return _whole_operation(scope, node, operator, nodes, (left, right))
    if operator == "/" and left.type is Scalar.INT and right.type is Scalar.INT:
        kind: Scalar | None = Scalar.F64
    else:
        kind = common_type(scope, node, operator, (left, right))
    if kind is None:
        return None
    values = [coerce(scope, each, kind, at) for each, at in zip((left, right), nodes, strict=True)]
    if values[0] is None or values[1] is None:
        return None
    _mark_rounding(scope, node, kind)
    return TypedValue(BinaryOperation(operator, values[0], values[1], kind, node.lineno))


def _mark_rounding(scope: FunctionScope, node: ast.AST, kind: Scalar) -> None:
    if kind in (Scalar.INT, Scalar.F32):
        scope.mark(node, "int64" if kind is Scalar.INT else "f32")


def _whole_operation(
    scope: FunctionScope,
    node: ast.expr | ast.AugAssign,
    operator: str,
    nodes: tuple[ast.expr, ast.expr],
    operands: tuple[TypedValue, TypedValue],
) -> TypedValue | None:
    left, right = operands
    if operator == "**" and left.type.is_float:
        if right.is_literal and isinstance(right.expression, NumberConstant) and right.expression.value == 2:
            twice = ast.unparse(nodes[0])[:30]
            instead = f"Write `{twice} * {twice}`."
        else:
            instead = f"Write `math.pow({ast.unparse(nodes[0])[:30]}, {ast.unparse(nodes[1])[:30]})`."
        scope.report(ProblemKind.OUTSIDE, node, "`**` is for whole numbers", instead, square_text(node, nodes))
        return None
    values = [coerce(scope, each, Scalar.INT, at) for each, at in zip(operands, nodes, strict=True)]
    if values[0] is None or values[1] is None:
        return None
    if operator in ("**", "<<", ">>"):
        scope.mark(node, {"**": "power", "<<": "shifted_left", ">>": "shifted_right"}[operator])
    return TypedValue(BinaryOperation(operator, values[0], values[1], Scalar.INT, node.lineno))


def _folded(
    scope: FunctionScope, node: ast.expr | ast.AugAssign, operator: str, left: Expression, right: Expression
) -> TypedValue | None:
    """Folds an operation on two literals into another literal."""
    assert isinstance(left, NumberConstant)  # noqa: S101 - a literal is one
    assert isinstance(right, NumberConstant)  # noqa: S101
    is_float = operator == "/" or left.type is Scalar.F64 or right.type is Scalar.F64
    if operator in _WHOLE_ONLY and is_float:
        if operator != "**":
            scope.report(ProblemKind.TYPE, node, f"`{operator}` is for whole numbers", "Write whole numbers.")
            return None
        scope.report(ProblemKind.OUTSIDE, node, "`**` is for whole numbers", "Write the number.")
        return None
    try:
        kind = Scalar.F64 if is_float else Scalar.INT
        first, second = (float(left.value), float(right.value)) if is_float else (left.value, right.value)
        value = numbers.binary(operator, first, second, kind)
    except BlockFailure as failure:
        scope.report(ProblemKind.NUMBER, node, f"This is {failure.message}", "Write another number.")
        return None
    return TypedValue(NumberConstant(value, kind, node.lineno), is_literal=True)


def _unary(scope: FunctionScope, node: ast.UnaryOp) -> TypedValue | None:
    if isinstance(node.op, ast.Not):
        value = condition(scope, number(scope, node.operand), node.operand)
        return None if value is None else TypedValue(UnaryOperation("not", value, Scalar.BOOL, node.lineno))
    if isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant) and node.operand.value == 2**63:
        return TypedValue(NumberConstant(-(2**63), Scalar.INT, node.lineno), is_literal=True)
    typed_value = number(scope, node.operand)
    if typed_value is None:
        return None
    if typed_value.type is Scalar.BOOL:
        scope.report(ProblemKind.TYPE, node, "A bool is not a number", "Write `int(b)`.")
        return None
    if isinstance(node.op, ast.UAdd):
        return typed_value
    if isinstance(node.op, ast.Invert):
        if typed_value.type is not Scalar.INT:
            scope.report(ProblemKind.TYPE, node, "`~` is for whole numbers", "Write `int(x)`.")
            return None
        if typed_value.is_literal and isinstance(typed_value.expression, NumberConstant):
            return TypedValue(
                NumberConstant(~int(typed_value.expression.value), Scalar.INT, node.lineno), is_literal=True
            )
        return TypedValue(UnaryOperation("~", typed_value.expression, Scalar.INT, node.lineno))
    if typed_value.is_literal and isinstance(typed_value.expression, NumberConstant):
        negative = NumberConstant(-typed_value.expression.value, typed_value.type, node.lineno)
        return literal(scope, node, negative.value)
    if typed_value.type is Scalar.INT:
        scope.mark(node, "int64")
    return TypedValue(UnaryOperation("-", typed_value.expression, typed_value.type, node.lineno))


def _compare(scope: FunctionScope, node: ast.Compare) -> TypedValue | None:
    words = comparison_words(scope, node)
    if words is None:
        return None
    operands = [number(scope, each) for each in (node.left, *node.comparators)]
    typed_operands = [each for each in operands if each is not None]
    return comparison(scope, node, words, typed_operands) if len(typed_operands) == len(operands) else None


def _logic(scope: FunctionScope, node: ast.BoolOp) -> TypedValue | None:
    word = "and" if isinstance(node.op, ast.And) else "or"
    conditions = [condition(scope, number(scope, each), each) for each in node.values]
    values = [each for each in conditions if each is not None]
    if len(values) != len(conditions):
        return None
    result = values[-1]
    for value in reversed(values[:-1]):
        result = Logic(word, value, result, node.lineno)
    return TypedValue(result)


def _choose(scope: FunctionScope, node: ast.IfExp) -> TypedValue | None:
    test = condition(scope, number(scope, node.test), node.test)
    yes, no = number(scope, node.body), number(scope, node.orelse)
    if test is None or yes is None or no is None:
        return None
    if yes.type is Scalar.BOOL and no.type is Scalar.BOOL:
        kind: Scalar | None = Scalar.BOOL
    elif yes.is_literal and no.is_literal:
        kind = Scalar.F32 if is_float_literal(yes) or is_float_literal(no) else Scalar.INT
    else:
        kind = common_type(scope, node, "if", (yes, no))
    if kind is None:
        return None
    left, right = coerce(scope, yes, kind, node.body), coerce(scope, no, kind, node.orelse)
    if left is None or right is None:
        return None
    return TypedValue(Choose(test, left, right, kind, node.lineno))


def require_math(scope: FunctionScope, node: ast.AST) -> bool:
    """Returns whether the file imports math; reports a problem if not."""
    if not scope.file.has_math:
        scope.report(ProblemKind.NAME, node, "math is not imported", "Write `import math` in the first line.")
    return scope.file.has_math


def literal_whole(scope: FunctionScope, node: ast.expr) -> int | None:
    """Returns the value of an expression that is a whole-number literal; None for any other."""
    typed_value = number(scope, node)
    if typed_value is not None and typed_value.is_literal and isinstance(typed_value.expression, NumberConstant):
        value = typed_value.expression.value
        return value if isinstance(value, int) and not isinstance(value, bool) else None
    return None
