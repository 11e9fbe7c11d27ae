"""Runs the tests of a block in Python, with the bits of the compiled code. This is what a page runs, and no server."""

from __future__ import annotations

import ast
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from rune.compiler.pyblock import numbers
from rune.compiler.pyblock.check import check_file
from rune.compiler.pyblock.ir import ArrayVariable
from rune.compiler.pyblock.numbers import BlockFailure, Scalar, scalar_of, to_element, to_f32
from rune.compiler.pyblock.own_time import OwnTime
from rune.compiler.pyblock.python import (
    Number,
    PythonArray,
    PythonBlock,
    call_of,
    executed,
    math_names,
    names_of,
    shown_value,
)
from rune.compiler.pyblock.signature import Given, output_type
from rune.compiler.pyblock.testing.assertions import APPROX, OPERATORS, Assertion
from rune.compiler.pyblock.testing.check import RECORDING, CheckedTests, Test
from rune.compiler.pyblock.testing.subject import Subject
from rune.compiler.pyblock.testing.witness import KEPT, Gave, Piece, packed
from rune.compiler.pyblock.testing.wording import Seen, failure_text, number_text
from rune.tensor import ElementType, TensorType

SECONDS = 2.0
"""How long a test may take of a processor before it is stopped at its line."""
ALL_SECONDS = 4.0
"""How long all of a file may take."""
_ELEMENTS_SHOWN = 6


@dataclass(frozen=True)
class TestFailure:
    """Why a test failed: where, and what came and was expected where an assert compared. `input` is what the block was
    given last, `at` the line of the test where it was on."""

    file: str
    line: int
    at: int
    message: str
    got: str = ""
    expected: str = ""


@dataclass(frozen=True)
class TestResult:
    """What a test did. `runs` counts how often it ran the block, `input` is what it gave it last."""

    name: str
    line: int
    runs: int
    input: str
    milliseconds: float
    failure: TestFailure | None
    gave: Gave
    """All that the runs gave, to compare with what they give compiled."""
    pieces: tuple[Piece, ...]
    """Whose the first of these bytes are."""


class _Failed(Exception):
    """An assert that does not hold."""

    def __init__(self, assertion: Assertion, seen: Seen, got: object, expected: object) -> None:
        super().__init__(assertion.text)
        self.assertion = assertion
        self.seen = seen
        self.got = got
        self.expected = expected


def run_tests(
    checked: CheckedTests,
    prints: Callable[[int, str], None] | None = None,
    alive: Callable[[], object] = lambda: None,
) -> list[TestResult]:
    """Runs the tests of a file that has no problems, each with fresh states. The tree of `checked` is used up. `alive`
    is called while loops go on."""
    if checked.problems or checked.tree is None:
        raise ValueError("tests with problems cannot run")
    return _Runner(checked, prints, OwnTime(alive)).results()


@dataclass
class _Approx:
    """What is expected, and how far a number may be off."""

    expected: Any
    abs: float


@dataclass
class _Run:
    """One test while it runs."""

    subject: Subject
    turn: Callable[[], None]
    blocks: dict[tuple[TensorType, ...], PythonBlock] = field(default_factory=dict)
    given: Sequence[object] = ()
    count: int = 0
    gave: Gave = field(default_factory=Gave)
    pieces: list[Piece] = field(default_factory=list)

    def block(self, *inputs: Any, notes: bool, **settings: Number) -> Any:
        """The block, as the test calls it."""
        signature = self.subject.signature
        assert signature is not None  # noqa: S101 - the tests were checked with it
        values = [_as_input(given, value) for given, value in zip(signature.inputs, inputs, strict=True)]
        types = tuple(each.type for each in values)
        if types not in self.blocks:
            self.blocks[types] = PythonBlock(check_file(self.subject.file, self.subject.source, types), turn=self.turn)
        self.given = inputs
        self.count += 1
        wanted = [settings.get(each.name, each.default) for each in signature.settings]
        known = [each for each in wanted if each is not None]
        found = self.blocks[types].run([each.elements() for each in values], known)
        if notes:
            self._note(self.blocks[types].outputs, found)
        outputs = [
            elements[0] if isinstance(shape, Scalar) else PythonArray(type_, elements)
            for shape, type_, elements in zip(signature.outputs, self.blocks[types].outputs, found, strict=True)
        ]
        return outputs[0] if len(outputs) == 1 else tuple(outputs)

    def _note(self, types: Sequence[TensorType], found: Sequence[Sequence[Number]]) -> None:
        """Writes down what a run gave."""
        for number, (type_, elements) in enumerate(zip(types, found, strict=True)):
            if self.gave.count < KEPT:
                self.pieces.append(Piece(self.count, number, type_.element.value, type_.size))
            self.gave = self.gave.and_then(packed(type_, elements))


def _as_input(given: Given, value: Any) -> PythonArray:
    if isinstance(given.shape, Scalar):
        type_ = output_type(given.shape, {})
        return PythonArray(type_, [value])
    return _array(value, given.shape.element)


def _array(value: Any, element: ElementType) -> PythonArray:
    """An array as it is, or a list as one."""
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
    """An assert as a call that says what it saw; a recording as what was read."""

    def __init__(self, source: str, assertions: list[Assertion]) -> None:
        self._source = source
        self._assertions = assertions

    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        test = node.test
        is_comparison = isinstance(test, ast.Compare) and len(test.ops) == 1
        operator = OPERATORS.get(type(test.ops[0])) if isinstance(test, ast.Compare) and is_comparison else None
        said = str(node.msg.value) if isinstance(node.msg, ast.Constant) else ""
        text = " ".join((ast.get_source_segment(self._source, test) or "").split())[:200]
        self._assertions.append(Assertion(node.lineno, operator, text, said))
        number = ast.Constant(len(self._assertions) - 1)
        sides = [test.left, test.comparators[0]] if isinstance(test, ast.Compare) and operator else [test]
        return ast.fix_missing_locations(ast.copy_location(ast.Expr(call_of("_assert", [number, *sides], node)), node))

    def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
        value = node.value
        is_recording = isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == RECORDING
        return None if is_recording else node


class _Runner:
    def __init__(self, checked: CheckedTests, prints: Callable[[int, str], None] | None, own: OwnTime) -> None:
        self._checked = checked
        self._assertions: list[Assertion] = []
        self._file = checked.text.file
        self._run = _Run(checked.subject, self._turn)
        self._own = own
        self._name = ""
        self._until = ALL_SECONDS
        signature, tree = checked.subject.signature, checked.tree
        assert signature is not None  # noqa: S101 - there are no problems
        assert tree is not None  # noqa: S101
        recordings = {
            name: PythonArray(each.type, list(each.data))
            for name, each in checked.constants.items()
            if isinstance(each, ArrayVariable)
        }
        names = names_of({}) | recordings
        names["math"] = math_names()
        names[APPROX] = _Approx
        names["_assert"] = self._assert
        names["_turn"] = self._turn
        names[signature.name] = self._run_block
        if prints is not None:
            names["print"] = lambda *values: prints(sys._getframe(1).f_lineno, " ".join(map(shown_value, values)))
        tree = _Asserts(checked.text.text, self._assertions).visit(tree)
        self._names = executed(tree, self._file, checked.marks, names, turns=True)

    def results(self) -> list[TestResult]:
        self._own.begin()
        return [self._result(test) for test in self._checked.tests]

    def _run_block(self, *inputs: Any, **settings: Number) -> Any:
        """The block of the test that runs now."""
        # Those of a test itself: a helper's runs are of no test.
        return self._run.block(*inputs, notes=sys._getframe(1).f_code.co_name == self._name, **settings)

    def _turn(self) -> None:
        if self._own.turn() and self._own.seconds > self._until:
            raise BlockFailure(f"stopped: a test may take {SECONDS:g} s in Python, and all together {ALL_SECONDS:g} s")

    def _result(self, test: Test) -> TestResult:
        self._run = _Run(self._checked.subject, self._turn)
        self._name = test.name
        began = time.perf_counter()
        self._until = min(self._own.seconds + SECONDS, ALL_SECONDS)
        failure = None
        try:
            self._names[test.name]()
        except _Failed as failed:
            line = failed.assertion.line
            message = failure_text(failed.assertion, failed.seen)
            got, expected = _shown(failed.got), _shown(failed.expected)
            failure = TestFailure(self._file, line, line, message, got, expected)
        except (BlockFailure, ZeroDivisionError) as error:
            failure = self._error(error)
        milliseconds = (time.perf_counter() - began) * 1000
        given = ", ".join(map(_shown, self._run.given))
        run = self._run
        return TestResult(test.name, test.line, run.count, given, milliseconds, failure, run.gave, tuple(run.pieces))

    def _error(self, error: BlockFailure | ZeroDivisionError) -> TestFailure:
        """A run that could not go on: in the block, or in the test itself."""
        message = error.message if isinstance(error, BlockFailure) else numbers.DIVISION_BY_ZERO
        at, trace = 0, error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == self._file:
                at = trace.tb_lineno
            trace = trace.tb_next
        if isinstance(error, BlockFailure) and error.line:
            return TestFailure(self._checked.subject.file, error.line, at, message)
        return TestFailure(self._file, at, at, message)

    def _assert(self, number: int, left: Any, *other: Any) -> None:
        assertion = self._assertions[number]
        if not other:
            if not left:
                raise _Failed(assertion, Seen(), None, None)
            return
        right = other[0]
        tolerance, expected = (right.abs, right.expected) if isinstance(right, _Approx) else (None, right)
        if isinstance(left, PythonArray | list) or isinstance(expected, PythonArray | list):
            self._assert_arrays(assertion, left, expected, tolerance)
        elif not _holds(assertion.operator or "==", left, expected, tolerance):
            _fail(assertion, Seen(left, expected, None, tolerance or 0.0), left, expected)

    def _assert_arrays(self, assertion: Assertion, left: Any, right: Any, tolerance: float | None) -> None:
        first = left if isinstance(left, PythonArray) else right
        element = first.type.element if isinstance(first, PythonArray) else ElementType.F32
        one = _array(left, element)
        two = _array(right, element if tolerance is None else ElementType.F64)
        for index, (got, expected) in enumerate(zip(one.elements(), two.elements(), strict=True)):
            if not _holds("==", got, expected, tolerance):
                _fail(assertion, Seen(got, expected, index, tolerance or 0.0), one, two)


def _fail(assertion: Assertion, seen: Seen, got: object, expected: object) -> NoReturn:
    raise _Failed(assertion, seen, got, expected)


def _holds(operator: str, left: Number, right: Number, tolerance: float | None) -> bool:
    if tolerance is not None:
        return left == right or abs(float(left) - float(right)) <= tolerance
    return numbers.compared(operator, left, right)


def _shown(value: object) -> str:
    """What came in or out, a long array by its first elements."""
    if value is None:
        return ""
    if isinstance(value, PythonArray | list):
        items = value.elements() if isinstance(value, PythonArray) else _flat(value)
        more = ", …" if len(items) > _ELEMENTS_SHOWN else ""
        return f"[{', '.join(map(number_text, items[:_ELEMENTS_SHOWN]))}{more}]"
    return number_text(value) if isinstance(value, bool | int | float) else ""
