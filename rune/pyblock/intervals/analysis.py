"""Computes an interval for each whole number of a function, so that proven operations need no run-time check.

Abstract interpretation over intervals. Variables of a loop that do not converge are widened to 64 bits, and conditions
narrow them again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rune.pyblock.intervals.accumulators import growth
from rune.pyblock.intervals.arithmetic import ALL, Interval, hull, limited, operated, within
from rune.pyblock.ir import (
    Absolute,
    Assign,
    BinaryOperation,
    Bind,
    Choose,
    Convert,
    CopySlice,
    Evaluate,
    Expression,
    Extreme,
    ExtremeOf,
    FitElement,
    For,
    ForEach,
    Function,
    HelperCall,
    If,
    Leave,
    LoadElement,
    Logic,
    Mathematics,
    NumberComparison,
    NumberConstant,
    Primitive,
    ReadVariable,
    Return,
    Statement,
    StoreElement,
    SumOf,
    UnaryOperation,
    While,
)
from rune.pyblock.numbers import LEAST, MOST, Scalar, limits_of
from rune.pyblock.variables import ArrayVariable, Variable

_MAX_STATEMENTS = 200_000
"""The maximum number of visited statements, counting repeated visits in loops. Beyond it nothing is proven."""

_SUM_ROUNDS = 3
"""The number of rounds in which sums in a loop are bounded by the limits of other sums."""


@dataclass
class Facts:
    """Intervals of a function. Expressions that are not in `values` are unreachable, or not whole numbers."""

    values: dict[Expression, Interval] = field(default_factory=dict)
    exact: dict[Expression, Interval] = field(default_factory=dict)
    """The intervals of results without the limit of 64 bits."""
    variables: dict[Variable, Interval] = field(default_factory=dict)
    """The interval of each variable over the whole function."""
    loops: dict[For, Interval] = field(default_factory=dict)
    gives: Interval | None = None
    """The interval of the whole number that a helper returns; None if it returns none."""

    def of(self, node: Expression) -> Interval:
        return self.values.get(node, ALL)

    def never_overflows(self, node: Expression) -> bool:
        low, high = self.exact.get(node, (LEAST - 1, MOST + 1))
        return low >= LEAST and high <= MOST


def intervals(
    function: Function,
    argument_limits: Mapping[Variable, Interval] | None = None,
    gives: Mapping[Function, Interval] | None = None,
) -> Facts:
    """Computes the facts of a function for arguments within `argument_limits`, or any. `gives` are the intervals of the
    results of functions that it calls."""
    walk = _FunctionWalk(gives or {})
    state: _State = {}
    for each in function.parameters:
        if isinstance(each, Variable) and each.type is Scalar.INT:
            state[each] = (argument_limits or {}).get(each, ALL)
            walk.notes[each] = (each, state[each])
    try:
        walk.run(function.body, state)
    except _LimitExceeded:
        return Facts()
    for variable, interval in walk.notes.values():
        low, high = walk.facts.variables.get(variable, interval)
        walk.facts.variables[variable] = (min(low, interval[0]), max(high, interval[1]))
    for interval in walk.return_values.values():
        walk.facts.gives = interval if walk.facts.gives is None else hull(walk.facts.gives, interval)
    return walk.facts


_State = dict[Variable, Interval]


def _joined(left: _State | None, right: _State | None) -> _State | None:
    if left is None or right is None:
        return right if left is None else left
    result = {}
    for each in left.keys() & right.keys():
        result[each] = (min(left[each][0], right[each][0]), max(left[each][1], right[each][1]))
    return result


def _widened(before: _State, after: _State) -> _State:
    result = {}
    for each, (low, high) in before.items():
        new_low, new_high = after.get(each, ALL)
        result[each] = (low if new_low >= low else LEAST, high if new_high <= high else MOST)
    return result


class _LimitExceeded(Exception):
    """The function has too many statements to analyse."""


class _FunctionWalk:
    """The walk over a function. A state of None means that the place is unreachable."""

    def __init__(self, gives: Mapping[Function, Interval]) -> None:
        self.facts = Facts()
        self._gives = gives
        self._max_iterations: dict[For, int] = {}
        self.return_values: dict[Return, Interval] = {}
        self._breaks: list[list[_State]] = []
        self._continues: list[list[_State]] = []
        self._statements = 0
        self.notes: dict[object, tuple[Variable, Interval]] = {}
        """The interval that each statement assigned to a variable at its last visit."""

    def run(self, body: Sequence[Statement], state: _State | None) -> _State | None:
        for statement in body:
            if state is None:
                return None
            self._statements += 1
            if self._statements > _MAX_STATEMENTS:
                raise _LimitExceeded
            state = self._statement(statement, state)
        return state

    def _statement(self, statement: Statement, state: _State) -> _State | None:
        match statement:
            case Assign(variable, value):
                interval = self._value(value, state)
                if variable.type is Scalar.INT:
                    self.notes[statement] = (variable, interval)
                    return {**state, variable: interval}
            case StoreElement(_, indices, value):
                for each in (value, *indices):
                    self._value(each, state)
            case CopySlice(target, source):
                for limit in (source.start, source.stop, target.start, target.stop):
                    if limit is not None:
                        self._value(limit, state)
            case If(condition, yes, no):
                self._value(condition, state)
                after_yes = self.run(yes, _narrowed(condition, state, self.facts, truth=True))
                after_no = self.run(no, _narrowed(condition, state, self.facts, truth=False))
                return _joined(after_yes, after_no)
            case For():
                return self._for(statement, state)
            case ForEach():
                return self._for_each(statement, state)
            case While(condition, body):
                return self._while(condition, body, state)
            case Leave(word):
                (self._breaks if word == "break" else self._continues)[-1].append(state)
                return None
            case Return(values):
                for each_value in values:
                    if not isinstance(each_value, ArrayVariable):
                        self.return_values[statement] = self._value(each_value, state)
                return None
            case Evaluate(each_of):
                for each in each_of:
                    self._value(each, state)
        return state

    def _for(self, statement: For, state: _State) -> _State | None:
        start, stop = self._value(statement.start, state), self._value(statement.stop, state)
        if statement.step > 0:
            interval = (start[0], max(start[0], stop[1] - 1))
            iterations = -((start[0] - stop[1]) // statement.step)
        else:
            interval = (min(start[1], stop[0] + 1), start[1])
            iterations = -((stop[0] - start[1]) // -statement.step)
        self._max_iterations[statement] = max(iterations, 0)
        self.facts.loops[statement] = interval
        self.notes[statement] = (statement.variable, interval)
        return self._loop(state, statement.body, statement.variable, interval, None, max(iterations, 0))

    def _for_each(self, statement: ForEach, state: _State) -> _State | None:
        element = statement.source.type.element
        is_whole = statement.variable.type is Scalar.INT
        if is_whole:
            self.notes[statement] = (statement.variable, limits_of(element))
        variable = statement.variable if is_whole else None
        limits = limits_of(element) if is_whole else ALL
        return self._loop(state, statement.body, variable, limits, None, statement.source.type.count)

    def _while(self, condition: Expression, body: Sequence[Statement], state: _State) -> _State | None:
        return self._loop(state, body, None, ALL, condition, 0)

    def _loop(
        self,
        state: _State,
        body: Sequence[Statement],
        variable: Variable | None,
        interval: Interval,
        condition: Expression | None,
        max_iterations: int,
    ) -> _State | None:
        """Returns the state after a loop: visits its body until no interval grows, and once more to narrow them.

        `max_iterations` is 0 if it is not known.
        """
        before_sums = {
            each: interval_before for each, interval_before in state.items() if each is not variable
        }  # the head assigns it anew
        head: _State = dict(state)
        while True:
            after, _ = self._iteration(head, body, variable, interval, condition)
            wider = _joined(state, after) or state
            if all(within(wider.get(each, ALL), head[each]) for each in head):
                break
            head = _widened(head, wider)
        # The state one iteration after a sound one is sound too, and may be narrower after widening.
        _, exits = self._iteration(wider, body, variable, interval, condition)
        head = wider
        for _ in range(_SUM_ROUNDS if max_iterations else 0):
            narrower = self._with_sums(before_sums, head, body, max_iterations)
            if narrower == head:
                break
            head = narrower
            _, exits = self._iteration(head, body, variable, interval, condition)
        result: _State | None = head
        if condition is not None:
            self._value(condition, head)
            result = _narrowed(condition, head, self.facts, truth=False)
        for each in exits:
            result = _joined(result, each)
        return result

    def _with_sums(self, before: _State, head: _State, body: Sequence[Statement], max_iterations: int) -> _State:
        """Returns the state at the head of a loop, with limits for variables that its body only adds to."""
        result = dict(head)
        for variable, (least, most) in growth(body, max_iterations, self.facts.of, self._max_iterations).items():
            if variable in head and variable in before:
                low, high = before[variable][0] + least, before[variable][1] + most
                if low >= LEAST and high <= MOST:  # else a sum may overflow, and the state after it is not known
                    result[variable] = (max(low, head[variable][0]), min(high, head[variable][1]))
        return result

    def _iteration(
        self,
        head: _State,
        body: Sequence[Statement],
        variable: Variable | None,
        interval: Interval,
        condition: Expression | None,
    ) -> tuple[_State | None, list[_State]]:
        """Returns the state after one iteration of a loop, and at each of its breaks."""
        inside: _State | None = dict(head)
        if condition is not None:
            self._value(condition, head)
            inside = _narrowed(condition, head, self.facts, truth=True)
        if variable is not None and inside is not None:
            inside[variable] = interval
        self._breaks.append([])
        self._continues.append([])
        after = self.run(body, inside)
        for each in self._continues.pop():
            after = _joined(after, each)
        return after, self._breaks.pop()

    def _value(self, node: Expression, state: _State) -> Interval:
        """Returns the interval of an expression, and stores it and those of all its parts."""
        exact = self._exact(node, state)
        if node.type is not Scalar.INT:
            return ALL
        self.facts.exact[node] = exact
        interval = (max(exact[0], LEAST), min(exact[1], MOST))
        interval = interval if interval[0] <= interval[1] else ALL
        self.facts.values[node] = interval
        return interval

    def _exact(self, node: Expression, state: _State) -> Interval:
        match node:
            case NumberConstant(value, Scalar.INT):
                return (int(value), int(value))
            case ReadVariable(variable):
                return state.get(variable, ALL)
            case LoadElement(array, indices):
                for each in indices:
                    self._value(each, state)
                return ALL if array.type.element.is_float else limits_of(array.type.element)
            case UnaryOperation(operator, value):
                low, high = self._value(value, state)
                return (-high, -low) if operator == "-" else (~high, ~low)
            case BinaryOperation(operator, left, right):
                return operated(operator, self._value(left, state), self._value(right, state))
            case NumberComparison(_, left, right):
                self._value(left, state)
                self._value(right, state)
            case Logic(operator, left, right):
                self._value(left, state)
                inside = _narrowed(left, state, self.facts, truth=operator == "and")
                self._value(right, state if inside is None else inside)
            case Choose(condition, yes, no):
                self._value(condition, state)
                first = self._value(yes, _narrowed(condition, state, self.facts, truth=True) or state)
                second = self._value(no, _narrowed(condition, state, self.facts, truth=False) or state)
                return hull(first, second)
            case Convert(value):
                self._value(value, state)
                return (0, 1) if value.type is Scalar.BOOL else ALL
            case FitElement(value, element):
                low, high = self._value(value, state)
                least, most = limits_of(element)
                return (max(low, least), min(high, most)) if low <= most and high >= least else (least, most)
            case Extreme(operator, values):
                several = [self._value(each, state) for each in values]
                pick = min if operator == "min" else max
                return (pick(low for low, _ in several), pick(high for _, high in several))
            case ExtremeOf(_, array):
                return ALL if array.type.element.is_float else limits_of(array.type.element)
            case SumOf(array):
                low, high = limits_of(array.type.element) if node.type is Scalar.INT else ALL
                return (array.type.count * low, array.type.count * high)
            case Absolute(value):
                low, high = self._value(value, state)
                return (0 if low <= 0 <= high else min(abs(low), abs(high)), max(abs(low), abs(high)))
            case Bind(variable, bound, value):
                interval = self._value(bound, state)
                if variable.type is Scalar.INT:
                    self.notes[node] = (variable, interval)
                return self._value(value, {**state, variable: interval} if variable.type is Scalar.INT else state)
            case Primitive(_, values) | Mathematics(_, values):
                for each in values:
                    self._value(each, state)
            case HelperCall(function, arguments):
                for argument in arguments:
                    if not isinstance(argument, ArrayVariable):
                        self._value(argument, state)
                return self._gives.get(function, ALL)
        return ALL


_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_MIRROR_IMAGES = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


def _narrowed(condition: Expression, state: _State, facts: Facts, *, truth: bool) -> _State | None:
    """Returns the state where the value of a condition is `truth`; None if it never is."""
    match condition:
        case NumberConstant(value, Scalar.BOOL):
            return dict(state) if bool(value) is truth else None
        case UnaryOperation("not", value):
            return _narrowed(value, state, facts, truth=not truth)
        case Logic(operator, left, right):
            if (operator == "and") is truth:
                first = _narrowed(left, state, facts, truth=truth)
                return None if first is None else _narrowed(right, first, facts, truth=truth)
            second = _narrowed(left, state, facts, truth=not truth)
            return _joined(
                _narrowed(left, state, facts, truth=truth),
                None if second is None else _narrowed(right, second, facts, truth=truth),
            )
        case NumberComparison(operator, left, right) if left.type is Scalar.INT:
            operator = operator if truth else _OPPOSITE[operator]
            result: _State | None = dict(state)
            for mine, other, word in ((left, right, operator), (right, left, _MIRROR_IMAGES[operator])):
                if isinstance(mine, ReadVariable) and result is not None:
                    remaining = limited(word, result.get(mine.variable, ALL), facts.of(other))
                    if remaining is None:
                        return None
                    result[mine.variable] = remaining
            return result
    return dict(state)
