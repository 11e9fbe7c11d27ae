"""What a `for` goes over: ranges, arrays, and several arrays side by side."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from rune.compiler.pyblock.calls import called
from rune.compiler.pyblock.expressions import array_of, literal_whole, whole
from rune.compiler.pyblock.ir import (
    ArrayVariable,
    Assign,
    Constant,
    Expression,
    For,
    ForEach,
    Load,
    Read,
    Statement,
    Variable,
)
from rune.compiler.pyblock.numbers import Scalar, scalar_of
from rune.compiler.pyblock.problems import Kind
from rune.compiler.pyblock.scope import Scope

_Limits = tuple[Expression, Expression, int]
_INSTEAD = "Write `for i in range(len(x)):` and use `x[i]`."


@dataclass(frozen=True)
class Head:
    """The head of a loop. `firsts` give the names their values at the start of each turn."""

    variable: Variable
    over: _Limits | ArrayVariable
    firsts: tuple[Assign, ...] = ()

    def loop(self, body: Sequence[Statement], line: int) -> For | ForEach:
        """The loop with this body."""
        if isinstance(self.over, ArrayVariable):
            return ForEach(self.variable, self.over, tuple(body), line)
        start, stop, step = self.over
        return For(self.variable, start, stop, step, (*self.firsts, *body), line)

    @property
    def surely_turns(self) -> bool:
        """Whether the body begins once at least, as far as is known."""
        if isinstance(self.over, ArrayVariable):
            return False
        start, stop, step = self.over
        if not isinstance(start, Constant) or not isinstance(stop, Constant):
            return False
        return len(range(int(start.value), int(stop.value), step)) > 0


def names_in(target: ast.expr) -> list[ast.Name]:
    """The names that a loop gives values to."""
    return [each for each in ast.walk(target) if isinstance(each, ast.Name)]


def head_of(scope: Scope, node: ast.For) -> Head | None:
    """What the loop goes over; None when a problem was reported."""
    head = _head(scope, node)
    if head is None:
        scope.broken.update(each.id for each in names_in(node.target) if each.id not in scope.known)
    return head


def _head(scope: Scope, node: ast.For) -> Head | None:
    target = node.target
    if _calls(node.iter, "enumerate") or _calls(node.iter, "zip"):
        at = scope.temporary(Scalar.INT)
        bound = _side_by_side(scope, target, node.iter, at)
        if bound is None:
            return None
        stop = Constant(bound.count, Scalar.INT, node.lineno)
        return Head(at, (Constant(0, Scalar.INT, node.lineno), stop, 1), bound.firsts)
    if not isinstance(target, ast.Name):
        scope.report(Kind.OUTSIDE, target, "A loop over one thing has one name", _INSTEAD)
        return None
    if not scope.may_be_named(target):
        return None
    if isinstance(node.iter, ast.Name):
        over = _row(scope, node.iter)
        variable = None if over is None else _variable(scope, target, scalar_of(over.type.element))
        return None if over is None or variable is None else Head(variable, over)
    limits = _range(scope, node.iter)
    counter = None if limits is None else _variable(scope, target, Scalar.INT)
    return None if limits is None or counter is None else Head(counter, limits)


@dataclass(frozen=True)
class _Bound:
    """What names are given in each turn, and how many turns there are."""

    firsts: tuple[Assign, ...]
    count: int


def _side_by_side(scope: Scope, target: ast.expr, over: ast.expr, at: Variable) -> _Bound | None:
    """`i, v` of `enumerate(x)`, `a, b` of `zip(x, y)`, and these in one another; `at` counts the turns."""
    if isinstance(over, ast.Call) and (_calls(over, "enumerate") or _calls(over, "zip")):
        word = "enumerate" if _calls(over, "enumerate") else "zip"
        wanted = 2 if word == "enumerate" else len(over.args)
        if over.keywords or not over.args or (word == "enumerate" and len(over.args) != 1):
            instead = "Write `enumerate(x)`, which counts from 0, or `zip(x, y)`."
            scope.report(Kind.CALL, over, f"{word} takes arrays alone here", instead)
            return None
        if not isinstance(target, ast.Tuple) or len(target.elts) != wanted:
            example = "for i, v in enumerate(x):" if word == "enumerate" else "for a, b in zip(x, y):"
            scope.report(Kind.OUTSIDE, target, f"{word} gives {wanted} values in each turn", f"Write `{example}`.")
            return None
        if word == "zip":
            return _joined([_side_by_side(scope, *each, at) for each in zip(target.elts, over.args, strict=True)])
        counter = _counter(scope, target.elts[0], at)
        rest = _side_by_side(scope, target.elts[1], over.args[0], at)
        return None if counter is None or rest is None else _Bound((counter, *rest.firsts), rest.count)
    if not isinstance(target, ast.Name) or not isinstance(over, ast.Name):
        wrong, message = (target, "This is no name") if not isinstance(target, ast.Name) else (over, "This is no array")
        scope.report(Kind.OUTSIDE, wrong, message, _INSTEAD)
        return None
    array = _row(scope, over)
    if array is None or not scope.may_be_named(target):
        return None
    kind = scalar_of(array.type.element)
    variable = _variable(scope, target, kind)
    if variable is None:
        return None
    value = Load(array, (Read(at, over.lineno),), kind, over.lineno)
    return _Bound((Assign(variable, value, over.lineno),), array.type.count)


def _joined(parts: Sequence[_Bound | None]) -> _Bound | None:
    """As many turns as the shortest has."""
    found = [each for each in parts if each is not None]
    if len(found) != len(parts):
        return None
    return _Bound(tuple(first for each in found for first in each.firsts), min(each.count for each in found))


def _counter(scope: Scope, target: ast.expr, at: Variable) -> Assign | None:
    if not isinstance(target, ast.Name) or not scope.may_be_named(target):
        if not isinstance(target, ast.Name):
            scope.report(Kind.OUTSIDE, target, "enumerate counts in one name", "Write `for i, v in enumerate(x):`.")
        return None
    variable = _variable(scope, target, Scalar.INT)
    return None if variable is None else Assign(variable, Read(at, target.lineno), target.lineno)


def _calls(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def _row(scope: Scope, node: ast.Name) -> ArrayVariable | None:
    """An array of one dimension."""
    array = array_of(scope, node)
    if array is not None and len(array.type.dimensions) != 1:
        scope.report(Kind.TYPE, node, "A loop goes over one dimension", "Write `for i in range(len(x)):`.")
        return None
    return array


def _variable(scope: Scope, target: ast.Name, kind: Scalar) -> Variable | None:
    known = scope.known.get(target.id)
    if known is None:
        variable = Variable(target.id, kind)
        scope.known[target.id] = variable
        return variable
    if isinstance(known, Variable) and known.type is kind:
        return known
    scope.report(Kind.TYPE, target, f"{target.id} is something else already", "Choose another name.")
    return None


def _range(scope: Scope, node: ast.expr) -> _Limits | None:
    if not isinstance(node, ast.Call) or not _calls(node, "range"):
        _report_other(scope, node)
        return None
    if not 1 <= len(node.args) <= 3 or node.keywords:
        scope.report(
            Kind.CALL, node, "range takes 1 to 3 whole numbers", "Write `range(stop)` or `range(start, stop, step)`."
        )
        return None
    step = literal_whole(scope, node.args[2]) if len(node.args) == 3 else 1
    if step is None or step == 0:
        message = "The step of a range is a whole number that is written there, and not 0"
        scope.report(Kind.OUTSIDE, node.args[2], message, "Write the number, or a `while` loop.")
        return None
    found = [whole(scope, each) for each in node.args[:2]]
    limits = [each for each in found if each is not None]
    if len(limits) != len(found):
        return None
    start: Expression = limits[0] if len(limits) == 2 else Constant(0, Scalar.INT, node.lineno)
    return start, limits[-1], step


def _report_other(scope: Scope, node: ast.expr) -> None:
    if isinstance(node, ast.Call) and _calls(node, "reversed"):
        message, instead = "A loop goes forwards", "Write `for i in range(len(x) - 1, -1, -1):` and use `x[i]`."
        scope.report(Kind.OUTSIDE, node, message, instead)
        return
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        before = len(scope.text.problems)
        called(scope, node)
        if len(scope.text.problems) > before:
            return
    scope.report(Kind.OUTSIDE, node, "A loop goes over a range or an array", "Write `for i in range(len(x)):`.")
