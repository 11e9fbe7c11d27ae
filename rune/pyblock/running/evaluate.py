"""Interprets a typed block. This is the reference for the compiled code."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rune.pyblock import numbers
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
    Fill,
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
    Slice,
    Statement,
    StoreElement,
    SumOf,
    TypedBlock,
    UnaryOperation,
    While,
    Witness,
)
from rune.pyblock.numbers import BlockFailure, Scalar
from rune.pyblock.running.witness import packed, with_output
from rune.pyblock.variables import ArrayRole, ArrayVariable, Variable
from rune.tensor import ElementType, TensorType

Number = bool | int | float
Elements = list[Number]


class StepLimitExceeded(Exception):
    """The run exceeded its limit of steps."""


@dataclass(frozen=True)
class _ControlTransfer(Exception):
    """`break`, `continue` or `return`, as an exception."""

    word: str
    values: tuple[Number | Elements, ...] = ()


class BlockEvaluation:
    """A block with its states, which start as zeros. A run executes at most `steps` statements."""

    def __init__(self, block: TypedBlock, steps: int = 10_000_000) -> None:
        self._block = block
        self._states = [zeros(state.type) for state in block.states]
        self._steps = steps
        self._remaining_steps = steps

    def run(self, inputs: Sequence[Elements], settings: Sequence[Number]) -> list[Elements]:
        """Runs the block and returns the elements of each output. Raises `BlockFailure` and `StepLimitExceeded`."""
        self._remaining_steps = self._steps
        arguments: list[Number | Elements] = []
        for parameter, elements in zip(self._block.entry.parameters, inputs, strict=False):
            arguments.append(list(elements) if isinstance(parameter, ArrayVariable) else elements[0])
        results = self._call(self._block.entry, [*arguments, *settings, *self._states])
        return [list(each) if isinstance(each, list) else [each] for each in results]

    def _call(self, function: Function, arguments: Iterable[Number | Elements]) -> tuple[Number | Elements, ...]:
        frame = _Frame(self)
        for parameter, value in zip(function.parameters, arguments, strict=True):
            frame.values[parameter] = value
        try:
            frame.run(function.body)
        except _ControlTransfer as left:
            return left.values
        return ()

    def step(self) -> None:
        self._remaining_steps -= 1
        if self._remaining_steps < 0:
            raise StepLimitExceeded

    def mathematics(self, node: Mathematics, values: list[float]) -> float:
        result = self._call(node.function, values)[0]
        assert isinstance(result, float)  # noqa: S101 - the mathematics is of f64
        return checked_result(result, values)

    def helper(self, node: HelperCall, values: list[Number | Elements]) -> Number:
        results = self._call(node.function, values)
        value = results[0] if results else 0
        assert not isinstance(value, list)  # noqa: S101 - a helper gives a number
        return value


def zeros(type_: TensorType) -> Elements:
    zero: Number = 0.0 if type_.element.is_float else 0
    return [zero] * type_.count


def checked_result(value: float, arguments: Sequence[float]) -> float:
    """Returns the result of a math function. Raises `BlockFailure` if it is NaN or infinite but no argument was."""
    if math.isnan(value) and not any(map(math.isnan, arguments)):
        raise BlockFailure(numbers.DOMAIN)
    if math.isinf(value) and all(map(math.isfinite, arguments)):
        raise BlockFailure(numbers.RANGE)
    return value


def primitive(name: str, values: list[float]) -> Number:
    """Computes a function that every machine computes exactly. Raises `BlockFailure`."""
    match name:
        case "sqrt":
            return checked_result(math.sqrt(values[0]) if values[0] >= 0 else math.nan, values)
        case "fmod":
            dividend, divisor = values
            is_defined = math.isfinite(dividend) and divisor != 0
            return checked_result(math.fmod(dividend, divisor) if is_defined else math.nan, values)
        case "copysign":
            # A NaN counts as positive: processors differ in its sign.
            return math.copysign(values[0], math.nan if math.isnan(values[1]) else values[1])
        case "isnan":
            return math.isnan(values[0])
        case "isinf":
            return math.isinf(values[0])
        case _:
            return math.isfinite(values[0])


class _Frame:
    """One call of a function."""

    def __init__(self, evaluation: BlockEvaluation) -> None:
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
            case StoreElement(array, indices, value):
                number = self.number(value)
                place = self._place(array, indices, statement.line)
                self.elements(array)[place] = _element(number, array.type.element, statement.line)
            case Fill(array, values):
                self.values[array] = list(values) if values else zeros(array.type)
            case CopySlice(target, source):
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
                raise _ControlTransfer(word)
            case Return(returned):
                raise _ControlTransfer(
                    "return",
                    tuple(
                        list(self.elements(each)) if isinstance(each, ArrayVariable) else self.number(each)
                        for each in returned
                    ),
                )
            case Witness(witness, array):
                before = [int(each) for each in self.elements(witness)]
                self.elements(witness)[:] = with_output(before, packed(array.type, self.elements(array)))
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
        """Runs a loop's body once. Returns whether `break` ended the loop."""
        try:
            self.run(body)
        except _ControlTransfer as left:
            if left.word == "return":
                raise
            return left.word == "break"
        return False

    def _copy(self, target: Slice, source: Slice, line: int) -> None:
        elements = (
            self.elements(source.array)[self._limits(source)]
            if self.values.get(source.array) or source.array.data
            else []
        )
        if target.array not in self.values:
            self.values[target.array] = zeros(target.array.type)
        into = self.elements(target.array)
        limits = self._limits(target)
        target_count = len(range(*limits.indices(len(into))))
        if len(elements) != target_count:
            raise BlockFailure(numbers.other_length(len(elements), target_count), line)
        start, stop, _ = limits.indices(len(into))
        into[start : max(start, stop)] = elements

    def _limits(self, part: Slice) -> slice:
        start = None if part.start is None else int(self.number(part.start))
        stop = None if part.stop is None else int(self.number(part.stop))
        return slice(start, stop)

    def elements(self, array: ArrayVariable) -> Elements:
        if array.role is ArrayRole.TABLE:
            return list(array.data)
        value = self.values[array]
        assert isinstance(value, list)  # noqa: S101 - an array holds elements
        return value

    def _place(self, array: ArrayVariable, indices: Sequence[Expression], line: int) -> int:
        place = 0
        positions = [int(self.number(index)) for index in indices]
        for index, size in zip(positions, array.type.dimensions, strict=True):
            if not -size <= index < size:
                raise BlockFailure(numbers.out_of_range(index, size), line)
            place = place * size + (index + size if index < 0 else index)
        return place

    def number(self, node: Expression) -> Number:
        """Returns the value of an expression. Raises `BlockFailure` with the line of the innermost operation."""
        try:
            return self._number(node)
        except BlockFailure as failure:
            if not failure.line:
                failure.line = node.line
            raise

    def _number(self, node: Expression) -> Number:
        match node:
            case NumberConstant(value):
                return value
            case ReadVariable(variable):
                variable_value = self.values[variable]
                assert not isinstance(variable_value, list)  # noqa: S101 - a variable holds a number
                return variable_value
            case LoadElement(array, indices):
                return self.elements(array)[self._place(array, indices, node.line)]
            case UnaryOperation(operator, inner):
                return _unary(operator, self.number(inner), node.type)
            case BinaryOperation(operator, left, right, kind):
                return numbers.binary(operator, self.number(left), self.number(right), kind)
            case NumberComparison(operator, left, right):
                return numbers.compared(operator, self.number(left), self.number(right))
            case Logic("and", left, right):
                return self.number(left) and self.number(right)
            case Logic(_, left, right):
                return self.number(left) or self.number(right)
            case Choose(condition, yes, no):
                return self.number(yes if self.number(condition) else no)
            case Convert(inner, kind, _, rounding):
                return _converted(self.number(inner), kind, rounding)
            case FitElement(inner, element):
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
            case HelperCall(_, arguments):
                argument_values = [
                    self.elements(each) if isinstance(each, ArrayVariable) else self.number(each) for each in arguments
                ]
                return self._evaluation.helper(node, argument_values)


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
