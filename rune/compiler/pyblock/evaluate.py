"""Runs a checked block by its typed form alone: what the compiled code is held to, without Python's own meaning."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rune.compiler.pyblock import numbers
from rune.compiler.pyblock.ir import (
    Absolute,
    ArrayVariable,
    Assign,
    Binary,
    Bind,
    Block,
    Call,
    Choose,
    Compare,
    Constant,
    Convert,
    Copy,
    Evaluate,
    Expression,
    Extreme,
    ExtremeOf,
    Fill,
    Fit,
    For,
    ForEach,
    Function,
    If,
    Leave,
    Load,
    Logic,
    Mathematics,
    Primitive,
    Read,
    Return,
    Role,
    Slice,
    Statement,
    Store,
    SumOf,
    Unary,
    Variable,
    While,
    Witness,
)
from rune.compiler.pyblock.numbers import BlockFailure, Scalar
from rune.compiler.pyblock.testing.witness import packed, witnessed
from rune.tensor import ElementType, TensorType

Number = bool | int | float
Elements = list[Number]


class OutOfSteps(Exception):
    """The run took more steps than it may."""


@dataclass(frozen=True)
class _Left(Exception):
    """`break`, `continue` or `return` on its way out."""

    word: str
    values: tuple[Number | Elements, ...] = ()


class Evaluation:
    """A block with its states, which are zeros at first. A run takes at most `steps` statements."""

    def __init__(self, block: Block, steps: int = 10_000_000) -> None:
        self._block = block
        self._states = [zeros(state.type) for state in block.states]
        self._steps = steps
        self._left = steps

    def run(self, inputs: Sequence[Elements], settings: Sequence[Number]) -> list[Elements]:
        """The elements of each output. Raises `BlockFailure` and `OutOfSteps`."""
        self._left = self._steps
        given: list[Number | Elements] = []
        for parameter, elements in zip(self._block.entry.parameters, inputs, strict=False):
            given.append(list(elements) if isinstance(parameter, ArrayVariable) else elements[0])
        found = self._call(self._block.entry, [*given, *settings, *self._states])
        return [list(each) if isinstance(each, list) else [each] for each in found]

    def _call(self, function: Function, given: Iterable[Number | Elements]) -> tuple[Number | Elements, ...]:
        frame = _Frame(self)
        for parameter, value in zip(function.parameters, given, strict=True):
            frame.values[parameter] = value
        try:
            frame.run(function.body)
        except _Left as left:
            return left.values
        return ()

    def step(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise OutOfSteps

    def mathematics(self, node: Mathematics, values: list[float]) -> float:
        found = self._call(node.function, values)[0]
        assert isinstance(found, float)  # noqa: S101 - the mathematics is of f64
        return checked_result(found, values)

    def helper(self, node: Call, values: list[Number | Elements]) -> Number:
        found = self._call(node.function, values)
        value = found[0] if found else 0
        assert not isinstance(value, list)  # noqa: S101 - a helper gives a number
        return value


def zeros(type_: TensorType) -> Elements:
    zero: Number = 0.0 if type_.element.is_float else 0
    return [zero] * type_.count


def checked_result(value: float, given: Sequence[float]) -> float:
    """What a function of math gives. Raises `BlockFailure` for what is no number, or infinite, of what was one."""
    if math.isnan(value) and not any(map(math.isnan, given)):
        raise BlockFailure(numbers.DOMAIN)
    if math.isinf(value) and all(map(math.isfinite, given)):
        raise BlockFailure(numbers.RANGE)
    return value


def primitive(name: str, values: list[float]) -> Number:
    """What every machine computes exactly. Raises `BlockFailure`."""
    match name:
        case "sqrt":
            return checked_result(math.sqrt(values[0]) if values[0] >= 0 else math.nan, values)
        case "fmod":
            dividend, divisor = values
            is_defined = math.isfinite(dividend) and divisor != 0
            return checked_result(math.fmod(dividend, divisor) if is_defined else math.nan, values)
        case "copysign":
            return math.copysign(*values)
        case "isnan":
            return math.isnan(values[0])
        case "isinf":
            return math.isinf(values[0])
        case _:
            return math.isfinite(values[0])


class _Frame:
    """One call of a function."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self.values: dict[Variable | ArrayVariable, Number | Elements] = {}

    def run(self, body: Sequence[Statement]) -> None:
        for statement in body:
            self._evaluation.step()
            try:
                self._run(statement)
            except BlockFailure as failure:
                if not failure.line:
                    failure.line = statement.line
                raise

    def _run(self, statement: Statement) -> None:
        match statement:
            case Assign(variable, value):
                self.values[variable] = self.number(value)
            case Store(array, indices, value):
                stored = self.number(value)
                place = self._place(array, indices, statement.line)
                self.elements(array)[place] = _element(stored, array.type.element, statement.line)
            case Fill(array, values):
                self.values[array] = list(values) if values else zeros(array.type)
            case Copy(target, source):
                self._copy(target, source, statement.line)
            case If(condition, yes, no):
                self.run(yes if self.number(condition) else no)
            case For():
                self._for(statement)
            case ForEach(variable, source_array, body):
                elements = self.elements(source_array)
                for index in range(len(elements)):
                    self.values[variable] = elements[index]
                    if self._leaves(body):
                        break
            case While(condition, body):
                while self.number(condition):
                    self._evaluation.step()
                    if self._leaves(body):
                        break
            case Leave(word):
                raise _Left(word)
            case Return(returned):
                raise _Left(
                    "return",
                    tuple(
                        list(self.elements(each)) if isinstance(each, ArrayVariable) else self.number(each)
                        for each in returned
                    ),
                )
            case Witness(witness, array):
                before = [int(each) for each in self.elements(witness)]
                self.elements(witness)[:] = witnessed(before, packed(array.type, self.elements(array)))
            case Evaluate(each_of):
                for each in each_of:
                    self.number(each)

    def _for(self, statement: For) -> None:
        start, stop = self.number(statement.start), self.number(statement.stop)
        for index in range(int(start), int(stop), statement.step):
            self._evaluation.step()
            self.values[statement.variable] = index
            if self._leaves(statement.body):
                break

    def _leaves(self, body: Sequence[Statement]) -> bool:
        """Runs a loop's body once: whether it was left for good."""
        try:
            self.run(body)
        except _Left as left:
            if left.word == "return":
                raise
            return left.word == "break"
        return False

    def _copy(self, target: Slice, source: Slice, line: int) -> None:
        given = (
            self.elements(source.array)[self._limits(source)]
            if self.values.get(source.array) or source.array.data
            else []
        )
        if target.array not in self.values:
            self.values[target.array] = zeros(target.array.type)
        into = self.elements(target.array)
        limits = self._limits(target)
        wanted = len(range(*limits.indices(len(into))))
        if len(given) != wanted:
            raise BlockFailure(numbers.other_length(len(given), wanted), line)
        start, stop, _ = limits.indices(len(into))
        into[start : max(start, stop)] = given

    def _limits(self, part: Slice) -> slice:
        start = None if part.start is None else int(self.number(part.start))
        stop = None if part.stop is None else int(self.number(part.stop))
        return slice(start, stop)

    def elements(self, array: ArrayVariable) -> Elements:
        if array.role is Role.TABLE:
            return list(array.data)
        found = self.values[array]
        assert isinstance(found, list)  # noqa: S101 - an array holds elements
        return found

    def _place(self, array: ArrayVariable, indices: Sequence[Expression], line: int) -> int:
        place = 0
        found = [int(self.number(index)) for index in indices]
        for index, size in zip(found, array.type.dimensions, strict=True):
            if not -size <= index < size:
                raise BlockFailure(numbers.out_of_range(index, size), line)
            place = place * size + (index + size if index < 0 else index)
        return place

    def number(self, node: Expression) -> Number:
        """The value of an expression. Raises `BlockFailure`, with the line of the innermost operation."""
        try:
            return self._number(node)
        except BlockFailure as failure:
            if not failure.line:
                failure.line = node.line
            raise

    def _number(self, node: Expression) -> Number:
        match node:
            case Constant(value):
                return value
            case Read(variable):
                found = self.values[variable]
                assert not isinstance(found, list)  # noqa: S101 - a variable holds a number
                return found
            case Load(array, indices):
                return self.elements(array)[self._place(array, indices, node.line)]
            case Unary(operator, inner):
                return _unary(operator, self.number(inner), node.type)
            case Binary(operator, left, right, kind):
                return numbers.binary(operator, self.number(left), self.number(right), kind)
            case Compare(operator, left, right):
                return numbers.compared(operator, self.number(left), self.number(right))
            case Logic("and", left, right):
                return self.number(left) and self.number(right)
            case Logic(_, left, right):
                return self.number(left) or self.number(right)
            case Choose(condition, yes, no):
                return self.number(yes if self.number(condition) else no)
            case Convert(inner, kind, _, rounding):
                return _converted(self.number(inner), kind, rounding)
            case Fit(inner, element):
                return numbers.to_element(int(self.number(inner)), element)
            case Extreme(operator, values):
                return (min if operator == "min" else max)([self.number(each) for each in values])
            case ExtremeOf(operator, array):
                return (min if operator == "min" else max)(self.elements(array))
            case SumOf(array, kind):
                return numbers.total(self.elements(array), kind)
            case Absolute(inner, kind):
                size = abs(self.number(inner))
                return numbers.to_int64(int(size)) if kind is Scalar.INT else size
            case Bind(variable, bound, inner):
                self.values[variable] = self.number(bound)
                return self.number(inner)
            case Primitive(name, values):
                return primitive(name, [float(self.number(each)) for each in values])
            case Mathematics(_, values):
                return self._evaluation.mathematics(node, [float(self.number(each)) for each in values])
            case Call(_, arguments):
                given = [
                    self.elements(each) if isinstance(each, ArrayVariable) else self.number(each) for each in arguments
                ]
                return self._evaluation.helper(node, given)


def _element(value: Number, element: ElementType, line: int) -> Number:
    if element.is_float:
        return value
    try:
        return numbers.to_element(int(value), element)
    except BlockFailure as failure:
        failure.line = line
        raise


def _unary(operator: str, value: Number, kind: Scalar) -> Number:
    match operator:
        case "not":
            return not value
        case "~":
            return ~int(value)
        case _:
            return numbers.to_int64(-int(value)) if kind is Scalar.INT else -value


def _converted(value: Number, kind: Scalar, rounding: str) -> Number:
    match kind:
        case Scalar.F32:
            return numbers.to_f32(float(value))
        case Scalar.F64:
            return float(value)
        case _:
            return numbers.whole(value, rounding) if isinstance(value, float) else int(value)
