"""Runs the tests of a project's blocks, compiled: what fails is a diagnostic at its line. No Python of a user runs."""

from __future__ import annotations

import re
import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from rune.blocks.signature import Arguments, Block, BlockCode, BlockOutput, GeneratedHeader
from rune.compiler.anvil.compiling.allowance import CompilerLimits
from rune.compiler.anvil.compiling.interruption import current_interruption
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.project.files import FileError, MemoryFiles, ProjectFiles
from rune.project.runefile import DEFAULT_RUNEFILE
from rune.pyblock.c.emit import EmittedBlock, emit
from rune.pyblock.checking.problems import Problem
from rune.pyblock.ir import TypedBlock
from rune.pyblock.running.witness import WITNESS, OutputRecord, output_record_of
from rune.pyblock.testing.assertions import NUMBERS, OUTCOME
from rune.pyblock.testing.check import CheckedTests, Test
from rune.pyblock.testing.combining import combine_tests
from rune.pyblock.testing.wording import ComparedValues, compared_values_of, failure_text
from rune.running.runtime import Limits
from rune.running.runtime.engine import CompiledRune, LoadedRune
from rune.running.runtime.errors import RuneError, RuneTrapped
from rune.source.runefile.blocks.checked_tests import read_tests
from rune.source.runefile.blocks.python_blocks import test_diagnostic
from rune.source.runefile.blocks.test_files import find_test_files
from rune.source.runefile.blocks.test_fixes import fixes_of_test
from rune.source.runefile.codes import Code
from rune.source.runefile.diagnostics import Diagnostic, Severity
from rune.source.runefile.source import SourceText
from rune.tensor import TensorType
from rune.wording import counted

_RUNEFILE = """\
version: 1
image: runicos/base
pipeline:
  number:
    capability: RAW
    args: {length: 4}
    outputs: [{type: i32, dimensions: [1]}]
  tests:
    proc-block: tests
    inputs: [number]
  found:
    out: TENSOR
    inputs: [tests, tests.1, tests.2]
"""
_CACHE_SIZE = 16
"""Test files whose outcomes are remembered: a preview runs them after each edit of any file."""
_LIMITS = Limits(seconds=5.0)
"""The limits of one test."""
_NOTHING_COMPARED = ComparedValues()
_PLACE = re.compile(r"(?P<file>[^\s:]+\.py):(?P<line>[0-9]+): (?P<message>.*)", re.DOTALL)


@dataclass(frozen=True)
class TestOutcome:
    """The outcome of one test, or of a test file that cannot run. `problem` is None where it passed."""

    file: str
    name: str
    line: int
    problem: Diagnostic | None
    output: OutputRecord | None = None
    """The results of its runs of the block; None where it did not finish."""


@dataclass(frozen=True)
class TestReport:
    """All tests of a project, in the order of their files."""

    outcomes: tuple[TestOutcome, ...]
    milliseconds: float

    @property
    def problems(self) -> tuple[Diagnostic, ...]:
        return tuple(each.problem for each in self.outcomes if each.problem is not None)

    def __str__(self) -> str:
        """Returns the message, without a full stop."""
        failures = len(self.problems)
        files = len({each.file for each in self.outcomes})
        of_all = f"{counted(len(self.outcomes), 'test')} of {counted(files, 'block')}"
        return f"{failures} of {of_all} failed" if failures else f"{of_all} passed"


def run_block_tests(
    files: ProjectFiles,
    *,
    only: Sequence[str] | None = None,
    pattern: str | None = None,
    limits: CompilerLimits | None = None,
    news: Callable[[TestOutcome], None] | None = None,
) -> TestReport:
    """Runs the tests of these test files, of all without `only`; of those the ones with `pattern` in file or name.

    `limits` are those of compiling a file; `news` is called with each outcome. Raises
    `rune.compiler.anvil.errors.CompileError`."""
    start = time.perf_counter()
    outcomes: list[TestOutcome] = []
    for path in find_test_files(files) if only is None else only:
        current_interruption().check()
        for outcome in _of_file(files, path, pattern, limits):
            outcomes.append(outcome)
            if news is not None:
                news(outcome)
    return TestReport(tuple(outcomes), round((time.perf_counter() - start) * 1000, 1))


def _of_file(
    files: ProjectFiles, path: str, pattern: str | None, limits: CompilerLimits | None
) -> Sequence[TestOutcome]:
    try:
        checked_tests = read_tests(files, path)
    except (FileError, UnicodeDecodeError) as error:
        message = f"Unable to read {path} or its block: {error}"
        start = SourceText(path, "").span(0, 0)
        problem = Diagnostic(Severity.ERROR, Code.UNREADABLE_FILE.value, message, path, start, (), ())
        return [TestOutcome(path, "", 1, problem)]
    if checked_tests.problems:
        return [_unfit(checked_tests, each) for each in checked_tests.problems]
    if pattern is not None:
        selected_tests = tuple(test for test in checked_tests.tests if pattern in f"{path} {test.name}")
        checked_tests = replace(checked_tests, tests=selected_tests)
    return _outcomes_of_tests(checked_tests, limits) if checked_tests.tests else []


def _unfit(checked_tests: CheckedTests, problem: Problem) -> TestOutcome:
    source = SourceText(checked_tests.text.file, checked_tests.text.text)
    return TestOutcome(source.file, "", problem.place.line, test_diagnostic(source, problem))


def _outcomes_of_tests(checked_tests: CheckedTests, limits: CompilerLimits | None) -> Sequence[TestOutcome]:
    block = combine_tests(checked_tests)
    emitted_block = emit(block, checked_tests.text.file, ())
    text = checked_tests.text
    return _outcomes(
        _TestProgram(
            text.file,
            emitted_block.text,
            text.text,
            checked_tests.subject.source,
            block,
            emitted_block,
            checked_tests,
            limits,
        )
    )


@dataclass(frozen=True)
class _TestProgram:
    """The tests of a file as C, with the texts that its messages quote: what is equal has the same outcomes."""

    file: str
    code: str
    tests: str
    subject: str
    block: TypedBlock = field(compare=False)
    emitted_block: EmittedBlock = field(compare=False)
    checked_tests: CheckedTests = field(compare=False)
    limits: CompilerLimits | None = field(compare=False)


@lru_cache(_CACHE_SIZE)
def _outcomes(program: _TestProgram) -> tuple[TestOutcome, ...]:
    block, emitted_block, checked_tests, limits = (
        program.block,
        program.emitted_block,
        program.checked_tests,
        program.limits,
    )
    outputs = tuple(BlockOutput(type_) for type_ in block.outputs)
    project = MemoryFiles({DEFAULT_RUNEFILE: _RUNEFILE.encode()})
    result = build(project, BuildOptions("tests", limits=limits, blocks=_OneBlock(_as_block(emitted_block, outputs))))
    rune = CompiledRune(result.rune, _LIMITS)
    outcomes: list[TestOutcome] = []
    loaded_rune: LoadedRune | None = None
    interruption = current_interruption()
    for number, test in enumerate(checked_tests.tests):
        interruption.check()
        try:
            loaded_rune = loaded_rune or rune.start()
            problem, output = _outcome_of(checked_tests, test, loaded_rune, number)
        except RuneError as error:
            loaded_rune = None
            problem, output = _stop_diagnostic(checked_tests, test, error), None
        outcomes.append(TestOutcome(checked_tests.text.file, test.name, test.line, problem, output))
    return tuple(outcomes)


def _outcome_of(
    checked_tests: CheckedTests, test: Test, rune: LoadedRune, number: int
) -> tuple[Diagnostic | None, OutputRecord | None]:
    (message,) = rune.call({each.id: struct.pack("<i", number) for each in rune.capabilities})
    *parts, witness = _tensors(message.data)
    outcome, numbers = (_elements(part, type_) for part, type_ in zip(parts, _OUTPUTS, strict=False))
    output = output_record_of(witness)
    if outcome[0] == 0:
        return None, output
    assertion = checked_tests.assertions[int(outcome[0]) - 1]
    compared_values = compared_values_of(outcome, numbers)
    text = failure_text(assertion, compared_values)
    return _failure(
        checked_tests, checked_tests.text.file, assertion.line, f"{test.name} failed: {text}", (), compared_values
    ), output


_OUTPUTS = (OUTCOME, NUMBERS, WITNESS)


def _tensors(data: bytes) -> Sequence[bytes]:
    """The bytes of each tensor of a TENSOR message, without what says its type."""
    tensors: list[bytes] = []
    while data:
        (length,) = struct.unpack_from("<I", data)
        size = _OUTPUTS[len(tensors)].size
        tensors.append(data[4 + length : 4 + length + size])
        data = data[4 + length + size :]
    return tensors


def _elements(data: bytes, type_: TensorType) -> list[bool | int | float]:
    return list(struct.unpack(f"<{type_.count}{'d' if type_.element.is_float else 'q'}", data))


def _stop_diagnostic(checked_tests: CheckedTests, test: Test, error: RuneError) -> Diagnostic:
    """A test that could not go on: the block or the test gave up, or a limit ended it."""
    match = _PLACE.search(str(error)) if isinstance(error, RuneTrapped) else None
    if match is None:
        message = str(error).replace("the rune", "it")
        return _failure(checked_tests, checked_tests.text.file, test.line, f"{test.name} failed: {message}", ())
    notes = () if match["file"] == checked_tests.text.file else (f"Run by {test.name} in {checked_tests.text.file}",)
    return _failure(checked_tests, match["file"], int(match["line"]), f"{test.name} failed: {match['message']}", notes)


def _failure(
    checked_tests: CheckedTests,
    file: str,
    line: int,
    message: str,
    notes: tuple[str, ...],
    compared_values: ComparedValues = _NOTHING_COMPARED,
) -> Diagnostic:
    text = checked_tests.subject.source if file == checked_tests.subject.file else checked_tests.text.text
    source = SourceText(file, text)
    start, end = source.line_bounds(min(max(line, 1), source.line_count))
    first = start + len(text[start:end]) - len(text[start:end].lstrip())
    span = source.span(first, len(text[:end].rstrip("\r\n")))
    is_of_test = file == checked_tests.text.file
    fixes = fixes_of_test(source, line, compared_values.actual, compared_values.index) if is_of_test else ()
    return Diagnostic(Severity.ERROR, Code.FAILED_TEST.value, message, file, span, notes, fixes)


def _as_block(emitted_block: EmittedBlock, outputs: tuple[BlockOutput, ...]) -> Block:
    header = GeneratedHeader(emitted_block.name, emitted_block.text)
    code = BlockCode(
        emitted_block.function,
        state_size=emitted_block.state_size,
        scratch_size=emitted_block.scratch_size,
        header=header,
    )

    def outputs_of(_inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockOutput, ...]:
        return outputs

    return Block("tests", "The tests of a block.", None, (), outputs_of, lambda _inputs, _arguments: code)


@dataclass(frozen=True)
class _OneBlock:
    """Finds one block, by any name that is no file of the project."""

    block: Block

    @property
    def names(self) -> tuple[str, ...]:
        return (self.block.name,)

    def find(self, path: str) -> Block | None:
        return self.block if path == self.block.name else None
