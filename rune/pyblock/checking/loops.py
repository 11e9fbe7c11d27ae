"""Checks the heads of `for` loops: ranges, arrays, `enumerate` and `zip`."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from rune.pyblock.checking.calls import any_call
from rune.pyblock.checking.expressions import array_of, literal_whole, whole
from rune.pyblock.checking.problems import ProblemKind
from rune.pyblock.checking.scope import FunctionScope
from rune.pyblock.ir import (
    Assign,
    Expression,
    For,
    ForEach,
    LoadElement,
    NumberConstant,
    ReadVariable,
    Statement,
)
from rune.pyblock.numbers import Scalar, scalar_of
from rune.pyblock.variables import ArrayVariable, Variable

_Limits = tuple[Expression, Expression, int]
_INSTEAD = "Write `for i in range(len(x)):` and use `x[i]`."


@dataclass(frozen=True)
class LoopHead:
    """The head of a loop. `assignments` run at the start of each iteration."""

    variable: Variable
    over: _Limits | ArrayVariable
    assignments: tuple[Assign, ...] = ()

    def loop(self, body: Sequence[Statement], line: int) -> For | ForEach:
        """Returns the loop with this body."""
        if isinstance(self.over, ArrayVariable):
            return ForEach(self.variable, self.over, tuple(body), line)
        start, stop, step = self.over
        return For(self.variable, start, stop, step, (*self.assignments, *body), line)

    @property
    def runs_at_least_once(self) -> bool:
        """Whether the body is known to run at least once."""
        if isinstance(self.over, ArrayVariable):
            return False
        start, stop, step = self.over
        if not isinstance(start, NumberConstant) or not isinstance(stop, NumberConstant):
            return False
        return len(range(int(start.value), int(stop.value), step)) > 0


def names_of_target(target: ast.expr) -> list[ast.Name]:
    """Returns the names that a loop assigns."""
    return [each for each in ast.walk(target) if isinstance(each, ast.Name)]


def head_of(scope: FunctionScope, node: ast.For) -> LoopHead | None:
    """Checks the head of a loop; returns None if a problem was reported."""
    head = _head(scope, node)
    if head is None:
        scope.reported_names.update(each.id for each in names_of_target(node.target) if each.id not in scope.bindings)
    return head


def _head(scope: FunctionScope, node: ast.For) -> LoopHead | None:
    target = node.target
    if _calls(node.iter, "enumerate") or _calls(node.iter, "zip"):
        at = scope.temporary(Scalar.INT)
        bound = _side_by_side(scope, target, node.iter, at)
        if bound is None:
            return None
        stop = NumberConstant(bound.count, Scalar.INT, node.lineno)
        return LoopHead(at, (NumberConstant(0, Scalar.INT, node.lineno), stop, 1), bound.assignments)
    if not isinstance(target, ast.Name):
        scope.report(ProblemKind.OUTSIDE, target, "A loop over a range or an array needs one name", _INSTEAD)
        return None
    if not scope.may_be_named(target):
        return None
    if isinstance(node.iter, ast.Name):
        over = _row(scope, node.iter)
        variable = None if over is None else _variable(scope, target, scalar_of(over.type.element))
        return None if over is None or variable is None else LoopHead(variable, over)
    limits = _range(scope, node.iter)
    counter = None if limits is None else _variable(scope, target, Scalar.INT)
    return None if limits is None or counter is None else LoopHead(counter, limits)


@dataclass(frozen=True)
class _Bound:
    """The assignments at the start of each iteration, and the number of iterations."""

    assignments: tuple[Assign, ...]
    count: int


def _side_by_side(scope: FunctionScope, target: ast.expr, over: ast.expr, at: Variable) -> _Bound | None:
    """Binds `i, v` of `enumerate(x)` and `a, b` of `zip(x, y)`, also nested; `at` counts the iterations."""
    if isinstance(over, ast.Call) and (_calls(over, "enumerate") or _calls(over, "zip")):
        word = "enumerate" if _calls(over, "enumerate") else "zip"
        count = 2 if word == "enumerate" else len(over.args)
        if over.keywords or not over.args or (word == "enumerate" and len(over.args) != 1):
            instead = "Write `enumerate(x)`, which counts from 0, or `zip(x, y)`."
            scope.report(ProblemKind.CALL, over, f"{word} takes only arrays in a block", instead)
            return None
        if not isinstance(target, ast.Tuple) or len(target.elts) != count:
            example = "for i, v in enumerate(x):" if word == "enumerate" else "for a, b in zip(x, y):"
            scope.report(
                ProblemKind.OUTSIDE, target, f"{word} yields {count} values in each iteration", f"Write `{example}`."
            )
            return None
        if word == "zip":
            return _joined([_side_by_side(scope, *each, at) for each in zip(target.elts, over.args, strict=True)])
        counter = _counter(scope, target.elts[0], at)
        rest = _side_by_side(scope, target.elts[1], over.args[0], at)
        return None if counter is None or rest is None else _Bound((counter, *rest.assignments), rest.count)
    if not isinstance(target, ast.Name) or not isinstance(over, ast.Name):
        wrong, message = (
            (target, "This is not a name") if not isinstance(target, ast.Name) else (over, "This is not an array")
        )
        scope.report(ProblemKind.OUTSIDE, wrong, message, _INSTEAD)
        return None
    array = _row(scope, over)
    if array is None or not scope.may_be_named(target):
        return None
    kind = scalar_of(array.type.element)
    variable = _variable(scope, target, kind)
    if variable is None:
        return None
    value = LoadElement(array, (ReadVariable(at, over.lineno),), kind, over.lineno)
    return _Bound((Assign(variable, value, over.lineno),), array.type.count)


def _joined(parts: Sequence[_Bound | None]) -> _Bound | None:
    """Joins the bounds of `zip`: the shortest array determines the number of iterations."""
    bounds = [each for each in parts if each is not None]
    if len(bounds) != len(parts):
        return None
    return _Bound(tuple(first for each in bounds for first in each.assignments), min(each.count for each in bounds))


def _counter(scope: FunctionScope, target: ast.expr, at: Variable) -> Assign | None:
    if not isinstance(target, ast.Name) or not scope.may_be_named(target):
        if not isinstance(target, ast.Name):
            scope.report(
                ProblemKind.OUTSIDE,
                target,
                "The counter of enumerate must be one name",
                "Write `for i, v in enumerate(x):`.",
            )
        return None
    variable = _variable(scope, target, Scalar.INT)
    return None if variable is None else Assign(variable, ReadVariable(at, target.lineno), target.lineno)


def _calls(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def _row(scope: FunctionScope, node: ast.Name) -> ArrayVariable | None:
    """Returns an array with one dimension."""
    array = array_of(scope, node)
    if array is not None and len(array.type.dimensions) != 1:
        scope.report(
            ProblemKind.TYPE, node, "A loop needs an array with one dimension", "Write `for i in range(len(x)):`."
        )
        return None
    return array


def _variable(scope: FunctionScope, target: ast.Name, kind: Scalar) -> Variable | None:
    binding = scope.bindings.get(target.id)
    if binding is None:
        variable = Variable(target.id, kind)
        scope.bindings[target.id] = variable
        return variable
    if isinstance(binding, Variable) and binding.type is kind:
        return binding
    scope.report(ProblemKind.TYPE, target, f"{target.id} already has another type", "Choose another name.")
    return None


def _range(scope: FunctionScope, node: ast.expr) -> _Limits | None:
    if not isinstance(node, ast.Call) or not _calls(node, "range"):
        _report_other(scope, node)
        return None
    if not 1 <= len(node.args) <= 3 or node.keywords:
        scope.report(
            ProblemKind.CALL,
            node,
            "range takes 1 to 3 whole numbers",
            "Write `range(stop)` or `range(start, stop, step)`.",
        )
        return None
    step = literal_whole(scope, node.args[2]) if len(node.args) == 3 else 1
    if step is None or step == 0:
        message = "The step of a range must be a whole-number literal other than 0"
        scope.report(ProblemKind.OUTSIDE, node.args[2], message, "Write the number, or a `while` loop.")
        return None
    arguments = [whole(scope, each) for each in node.args[:2]]
    limits = [each for each in arguments if each is not None]
    if len(limits) != len(arguments):
        return None
    start: Expression = limits[0] if len(limits) == 2 else NumberConstant(0, Scalar.INT, node.lineno)
    return start, limits[-1], step


def _report_other(scope: FunctionScope, node: ast.expr) -> None:
    if isinstance(node, ast.Call) and _calls(node, "reversed"):
        message, instead = "A loop cannot use reversed", "Write `for i in range(len(x) - 1, -1, -1):` and use `x[i]`."
        scope.report(ProblemKind.OUTSIDE, node, message, instead)
        return
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        before = len(scope.text.problems)
        any_call(scope, node)
        if len(scope.text.problems) > before:
            return
    scope.report(ProblemKind.OUTSIDE, node, "A loop needs a range or an array", "Write `for i in range(len(x)):`.")
