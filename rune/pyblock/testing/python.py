"""Runs the tests of a block in Python with the same bits as the compiled code. Pages run this; servers do not."""

from __future__ import annotations

import ast
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from rune.pyblock import numbers
from rune.pyblock.checking.block import check_file
from rune.pyblock.checking.signature import TensorParameter, output_type
from rune.pyblock.numbers import BlockFailure, Scalar, scalar_of, to_element, to_f32
from rune.pyblock.running.cpu_time import CpuTime
from rune.pyblock.running.python import (
    Number,
    PythonArray,
    PythonBlock,
    call_of,
    math_names,
    names_of,
    run_module,
    shown_value,
)
from rune.pyblock.running.witness import MAX_STORED_BYTES, OutputPiece, OutputRecord, packed
from rune.pyblock.testing.assertions import APPROX, OPERATORS, Assertion
from rune.pyblock.testing.check import CheckedTests, Test
from rune.pyblock.testing.names import RECORDING
from rune.pyblock.testing.subject import BlockUnderTest
from rune.pyblock.testing.wording import ComparedValues, failure_text, number_text
from rune.pyblock.variables import ArrayVariable
from rune.tensor import ElementType, TensorType

SECONDS = 2.0
"""The maximum processor time of a test."""
ALL_SECONDS = 4.0
"""The maximum processor time of all tests of a file."""
_ELEMENTS_SHOWN = 6


@dataclass(frozen=True)
class TestFailure:
    """The failure of a test: its place, and the compared values if an assert failed. `at` is the line of the test
    that was running."""

    file: str
    line: int
    at: int
    message: str
    got: str = ""
    expected: str = ""


@dataclass(frozen=True)
class TestResult:
    """The result of a test. `runs` counts the runs of the block, `input` is the last input."""

    name: str
    line: int
    runs: int
    input: str
    milliseconds: float
    failure: TestFailure | None
    output: OutputRecord
    """The outputs of all runs, to compare with those of the compiled block."""
    pieces: tuple[OutputPiece, ...]
    """The run and output that the first of these bytes belong to."""


class _AssertFailed(Exception):
    """An assert failed."""

    def __init__(self, assertion: Assertion, compared_values: ComparedValues, actual: object, expected: object) -> None:
        super().__init__(assertion.text)
        self.assertion = assertion
        self.compared_values = compared_values
        self.actual = actual
        self.expected = expected


def run_tests(
    checked_tests: CheckedTests,
    prints: Callable[[int, str], None] | None = None,
    heartbeat: Callable[[], object] = lambda: None,
) -> list[TestResult]:
    """Runs the tests of a file without problems, each with fresh states. Modifies the tree of `checked_tests`, so it
    cannot be used again. Calls `heartbeat` regularly."""
    if checked_tests.problems or checked_tests.tree is None:
        raise ValueError("tests with problems cannot run")
    return _Runner(checked_tests, prints, CpuTime(heartbeat)).results()


@dataclass
class _Approx:
    """The argument of `approx`: the expected value and the tolerance."""

    expected: Any
    abs: float


@dataclass
class _Run:
    """A test that is running."""

    subject: BlockUnderTest
    before_iteration: Callable[[], None]
    blocks: dict[tuple[TensorType, ...], PythonBlock] = field(default_factory=dict)
    inputs: Sequence[object] = ()
    count: int = 0
    output: OutputRecord = field(default_factory=OutputRecord)
    pieces: list[OutputPiece] = field(default_factory=list)

    def block(self, *inputs: Any, notes: bool, **settings: Number) -> Any:
        """Runs the block for a call in a test."""
        signature = self.subject.signature
        assert signature is not None  # noqa: S101 - the tests were checked with it
        values = [_as_input(parameter, value) for parameter, value in zip(signature.inputs, inputs, strict=True)]
        types = tuple(each.type for each in values)
        if types not in self.blocks:
            self.blocks[types] = PythonBlock(
                check_file(self.subject.file, self.subject.source, types), before_iteration=self.before_iteration
            )
        self.inputs = inputs
        self.count += 1
        arguments = [settings.get(each.name, each.default) for each in signature.settings]
        setting_values = [each for each in arguments if each is not None]
        results = self.blocks[types].run([each.elements() for each in values], setting_values)
        if notes:
            self._note(self.blocks[types].outputs, results)
        outputs = [
            elements[0] if isinstance(shape, Scalar) else PythonArray(type_, elements)
            for shape, type_, elements in zip(signature.outputs, self.blocks[types].outputs, results, strict=True)
        ]
        return outputs[0] if len(outputs) == 1 else tuple(outputs)

    def _note(self, types: Sequence[TensorType], results: Sequence[Sequence[Number]]) -> None:
        """Records the outputs of a run."""
        for number, (type_, elements) in enumerate(zip(types, results, strict=True)):
            if self.output.count < MAX_STORED_BYTES:
                self.pieces.append(OutputPiece(self.count, number, type_.element.value, type_.size))
            self.output = self.output.and_then(packed(type_, elements))


def _as_input(parameter: TensorParameter, value: Any) -> PythonArray:
    if isinstance(parameter.shape, Scalar):
        type_ = output_type(parameter.shape, {})
        return PythonArray(type_, [value])
    return _array(value, parameter.shape.element)


def _array(value: Any, element: ElementType) -> PythonArray:
    """Returns an array, or converts a list to one."""
    if isinstance(value, PythonArray):
        return value
    dimensions, flat = [], value
    while isinstance(flat, list):
        dimensions.append(len(flat))
        flat = flat[0]
    type_ = TensorType(element, tuple(dimensions))
    return PythonArray(type_, [_element(each, element) for each in _flat(value)])


def _flat(value: Any) -> list[Number]:
    return [leaf for each in value for leaf in _flat(each)] if isinstance(value, list) else [value]


def _element(value: Number, element: ElementType) -> Number:
    match scalar_of(element):
        case Scalar.F32:
            return to_f32(float(value))
        case Scalar.F64:
            return float(value)
    return to_element(int(value), element)


class _Asserts(ast.NodeTransformer):
    """Replaces asserts by calls of `_assert`, and removes the assignments of recordings."""

    def __init__(self, source: str, assertions: list[Assertion]) -> None:
        self._source = source
        self._assertions = assertions

    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        test = node.test
        is_comparison = isinstance(test, ast.Compare) and len(test.ops) == 1
        operator = OPERATORS.get(type(test.ops[0])) if isinstance(test, ast.Compare) and is_comparison else None
        message = str(node.msg.value) if isinstance(node.msg, ast.Constant) else ""
        text = " ".join((ast.get_source_segment(self._source, test) or "").split())[:200]
        self._assertions.append(Assertion(node.lineno, operator, text, message))
        number = ast.Constant(len(self._assertions) - 1)
        operands = [test.left, test.comparators[0]] if isinstance(test, ast.Compare) and operator else [test]
        return ast.fix_missing_locations(
            ast.copy_location(ast.Expr(call_of("_assert", [number, *operands], node)), node)
        )

    def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
        value = node.value
        is_recording = isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == RECORDING
        return None if is_recording else node


class _Runner:
    def __init__(
        self, checked_tests: CheckedTests, prints: Callable[[int, str], None] | None, cpu_time: CpuTime
    ) -> None:
        self._checked_tests = checked_tests
        self._assertions: list[Assertion] = []
        self._file = checked_tests.text.file
        self._run = _Run(checked_tests.subject, self._before_iteration)
        self._cpu_time = cpu_time
        self._name = ""
        self._deadline = ALL_SECONDS
        signature, tree = checked_tests.subject.signature, checked_tests.tree
        assert signature is not None  # noqa: S101 - there are no problems
        assert tree is not None  # noqa: S101
        recordings = {
            name: PythonArray(each.type, list(each.data))
            for name, each in checked_tests.constants.items()
            if isinstance(each, ArrayVariable)
        }
        names = names_of({}) | recordings
        names["math"] = math_names()
        names[APPROX] = _Approx
        names["_assert"] = self._assert
        names["_before_iteration"] = self._before_iteration
        names[signature.name] = self._run_block
        if prints is not None:
            names["print"] = lambda *values: prints(sys._getframe(1).f_lineno, " ".join(map(shown_value, values)))
        tree = _Asserts(checked_tests.text.text, self._assertions).visit(tree)
        self._names = run_module(tree, self._file, checked_tests.marks, names, checks_iterations=True)

    def results(self) -> list[TestResult]:
        self._cpu_time.begin()
        return [self._result(test) for test in self._checked_tests.tests]

    def _run_block(self, *inputs: Any, **settings: Number) -> Any:
        """Runs the block for the current test."""
        # Only direct calls in a test are recorded, not those in helpers.
        return self._run.block(*inputs, notes=sys._getframe(1).f_code.co_name == self._name, **settings)

    def _before_iteration(self) -> None:
        if self._cpu_time.tick() and self._cpu_time.seconds > self._deadline:
            raise BlockFailure(
                f"stopped: a test can take {SECONDS:g} s in Python, all tests together {ALL_SECONDS:g} s"
            )

    def _result(self, test: Test) -> TestResult:
        self._run = _Run(self._checked_tests.subject, self._before_iteration)
        self._name = test.name
        began = time.perf_counter()
        self._deadline = min(self._cpu_time.seconds + SECONDS, ALL_SECONDS)
        failure = None
        try:
            self._names[test.name]()
        except _AssertFailed as failed:
            line = failed.assertion.line
            message = failure_text(failed.assertion, failed.compared_values)
            actual, expected = _shown_value(failed.actual), _shown_value(failed.expected)
            failure = TestFailure(self._file, line, line, message, actual, expected)
        except (BlockFailure, ZeroDivisionError) as error:
            failure = self._error(error)
        milliseconds = (time.perf_counter() - began) * 1000
        inputs = ", ".join(map(_shown_value, self._run.inputs))
        run = self._run
        return TestResult(test.name, test.line, run.count, inputs, milliseconds, failure, run.output, tuple(run.pieces))

    def _error(self, error: BlockFailure | ZeroDivisionError) -> TestFailure:
        """Returns the failure of a run, in the block or in the test itself."""
        message = error.message if isinstance(error, BlockFailure) else numbers.DIVISION_BY_ZERO
        at, trace = 0, error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == self._file:
                at = trace.tb_lineno
            trace = trace.tb_next
        if isinstance(error, BlockFailure) and error.line:
            return TestFailure(self._checked_tests.subject.file, error.line, at, message)
        return TestFailure(self._file, at, at, message)

    def _assert(self, number: int, left: Any, *other: Any) -> None:
        assertion = self._assertions[number]
        if not other:
            if not left:
                raise _AssertFailed(assertion, ComparedValues(), None, None)
            return
        right = other[0]
        tolerance, expected = (right.abs, right.expected) if isinstance(right, _Approx) else (None, right)
        if isinstance(left, PythonArray | list) or isinstance(expected, PythonArray | list):
            self._assert_arrays(assertion, left, expected, tolerance)
        elif not _holds(assertion.operator or "==", left, expected, tolerance):
            _fail(assertion, ComparedValues(left, expected, None, tolerance or 0.0), left, expected)

    def _assert_arrays(self, assertion: Assertion, left: Any, right: Any, tolerance: float | None) -> None:
        first = left if isinstance(left, PythonArray) else right
        element = first.type.element if isinstance(first, PythonArray) else ElementType.F32
        left_array = _array(left, element)
        right_array = _array(right, element if tolerance is None else ElementType.F64)
        for index, (actual, expected) in enumerate(zip(left_array.elements(), right_array.elements(), strict=True)):
            if not _holds("==", actual, expected, tolerance):
                _fail(assertion, ComparedValues(actual, expected, index, tolerance or 0.0), left_array, right_array)


def _fail(assertion: Assertion, compared_values: ComparedValues, actual: object, expected: object) -> NoReturn:
    raise _AssertFailed(assertion, compared_values, actual, expected)


def _holds(operator: str, left: Number, right: Number, tolerance: float | None) -> bool:
    if tolerance is not None:
        return left == right or abs(float(left) - float(right)) <= tolerance
    return numbers.compared(operator, left, right)


def _shown_value(value: object) -> str:
    """Formats an input or output; of a long array, only the first elements."""
    if value is None:
        return ""
    if isinstance(value, PythonArray | list):
        items = value.elements() if isinstance(value, PythonArray) else _flat(value)
        more = ", …" if len(items) > _ELEMENTS_SHOWN else ""
        return f"[{', '.join(map(number_text, items[:_ELEMENTS_SHOWN]))}{more}]"
    return number_text(value) if isinstance(value, bool | int | float) else ""
