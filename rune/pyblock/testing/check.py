"""Checks the text of a test file: gives its tests, each a function that runs the block, or all problems of the text."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from rune.pyblock.checking.block import check_unused, file_scope
from rune.pyblock.checking.functions import checked_function
from rune.pyblock.checking.problems import Problem, ProblemKind, TextRange
from rune.pyblock.checking.scope import FileScope, FunctionScope
from rune.pyblock.checking.source import BlockText, parse_text
from rune.pyblock.ir import Fill, Function, Statement
from rune.pyblock.running.witness import WITNESS
from rune.pyblock.testing.assertions import APPROX, NUMBERS, OUTCOME, Assertion, assert_statements
from rune.pyblock.testing.call_extraction import extract_calls
from rune.pyblock.testing.names import RECORDING, TEST
from rune.pyblock.testing.recordings import MAX_NUMBERS, RecordedNumbers, UnreadableRecording
from rune.pyblock.testing.runs import OUTPUT_RECORD, STATE, run_statements
from rune.pyblock.testing.subject import BlockUnderTest
from rune.pyblock.variables import ArrayRole, ArrayVariable

MAX_TESTS = 100
_HIDDEN_ARRAYS = {"outcome ": OUTCOME, "numbers ": NUMBERS, OUTPUT_RECORD: WITNESS}

ReadRecording = Callable[[str], RecordedNumbers]
"""Returns a recording by its name. Raises `UnreadableRecording`."""


@dataclass(frozen=True, eq=False)
class Test:
    """One test. `function` stores its outcome in its array parameters."""

    name: str
    line: int
    function: Function


@dataclass(frozen=True, eq=False)
class CheckedTests:
    """A checked test file. `tests` is empty if there are problems."""

    text: BlockText
    subject: BlockUnderTest
    problems: tuple[Problem, ...]
    tests: tuple[Test, ...]
    assertions: tuple[Assertion, ...]
    tree: ast.Module | None
    marks: Mapping[ast.AST, Sequence[str]]
    scopes: Mapping[ast.FunctionDef, FunctionScope]
    constants: Mapping[str, object]


def test_title(name: str) -> str:
    """Returns the name of a test as a sentence."""
    return name.removeprefix(TEST).replace("_", " ")


def check_tests(file: str, source: str, subject: BlockUnderTest, recording: ReadRecording) -> CheckedTests:
    """Checks a test file with its block."""
    text = BlockText(file, source)
    tree = parse_text(text)
    if tree is None:
        return CheckedTests(text, subject, tuple(text.problems), (), (), None, {}, {}, {})
    rules = _Rules(text, subject, recording)
    signature = subject.signature
    tests: list[Test] = []
    rejected_tests: list[ast.FunctionDef] = []
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith(TEST)]
    if signature is None:
        name = PurePosixPath(subject.file).stem
        message = f"{subject.file} has no block {name} to test"
        text.report(ProblemKind.TEST, TextRange(1, 0, 1, 1), message, f"Fix the problems of {subject.file} first.")
    else:
        for node in functions:
            before = len(text.problems)
            extract_calls(node, signature.name, text)
            if len(text.problems) > before:
                rejected_tests.append(node)
    scope = file_scope(tree, text, rules.adapt)
    for node in functions:
        scope.helpers.pop(node.name, None)
    if signature is not None:
        rules.refuse_names(tree, signature.name)
        if not functions and _has_statements(tree):
            example = f"Write `def test_it_is_quiet():` and in it `assert {signature.name}([0.0]) == [0.0]`."
            text.report(ProblemKind.TEST, TextRange(1, 0, 1, 1), "There is no test in this file", example)
        for node in functions[:MAX_TESTS]:
            function = None if node in rejected_tests else rules.test(scope, node)
            if function is not None:
                tests.append(Test(node.name, node.lineno, function))
        if len(functions) > MAX_TESTS:
            place = text.place(functions[MAX_TESTS])
            text.report(ProblemKind.TEST, place, f"A file has at most {MAX_TESTS} tests", "Merge some of them.")
        check_unused(scope, None)
    problems = tuple(sorted(text.problems, key=lambda each: (each.place, each.message)))
    runnable_tests = () if problems else tuple(tests)
    return CheckedTests(
        text,
        subject,
        problems,
        runnable_tests,
        tuple(rules.assertions),
        tree,
        scope.marks,
        scope.scopes,
        scope.constants,
    )


def _has_statements(tree: ast.Module) -> bool:
    """Returns whether a file says more than its docstring: an empty one merely has no tests yet."""
    return any(not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant)) for each in tree.body)


@dataclass(eq=False)
class _Rules:
    """The extensions of the block language that test files can use."""

    text: BlockText
    subject: BlockUnderTest
    recording: ReadRecording
    assertions: list[Assertion] = field(default_factory=list)
    numbers: int = 0
    """The count of numbers in the recordings that were read."""

    def adapt(self, file: FileScope) -> None:
        file.special_statement = self._statement
        file.special_constant = self._recording
        signature = self.subject.signature
        file.special_functions = () if signature is None else (signature.name, APPROX, RECORDING)

    def refuse_names(self, tree: ast.Module, name: str) -> None:
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and node.name in (name, RECORDING, APPROX):
                message = f"{node.name} already has a meaning in a test"
                self.text.report(ProblemKind.TEST, self.text.word(node, node.name), message, "Choose another name.")

    def test(self, file: FileScope, node: ast.FunctionDef) -> Function | None:
        """Returns the function of one test, which starts with zeroed states."""
        arguments = node.args
        if arguments.args or arguments.posonlyargs or arguments.kwonlyargs or arguments.vararg or arguments.kwarg:
            place = self.text.word(node, node.name)
            self.text.report(ProblemKind.TEST, place, "A test has no parameters", f"Write `def {node.name}():`.")
            return None
        if node.returns is not None and not (isinstance(node.returns, ast.Constant) and node.returns.value is None):
            place = self.text.place(node.returns)
            self.text.report(ProblemKind.TEST, place, "A test cannot return a value", f"Write `def {node.name}():`.")
        if not any(isinstance(each, ast.Assert) for each in ast.walk(node)):
            place = self.text.word(node, node.name)
            message = f"{node.name} has no assert, so it cannot fail"
            self.text.report(ProblemKind.TEST, place, message, "Write what must be true: `assert y == [0.5, 0.5]`.")
        hidden_arrays = tuple(
            ArrayVariable(name, type_, ArrayRole.CALLER, is_writable=True) for name, type_ in _HIDDEN_ARRAYS.items()
        )
        function = checked_function(file, node, hidden_arrays, {}, (), None)
        if function is None:
            return None
        states = [each for each in function.arrays if each.name.startswith(STATE)]
        zeros: tuple[Statement, ...] = tuple(Fill(each, (), node.lineno) for each in states)
        return replace(function, body=(*zeros, *function.body))

    def _number_of(self, assertion: Assertion) -> int:
        self.assertions.append(assertion)
        return len(self.assertions)

    def _statement(self, scope: FunctionScope, node: ast.stmt) -> tuple[Statement, ...] | None:
        signature = self.subject.signature
        if signature is None:
            return None
        match node:
            case ast.Assert():
                outcome, numbers, _ = (scope.bindings.get(name) for name in _HIDDEN_ARRAYS)
                if not isinstance(outcome, ArrayVariable) or not isinstance(numbers, ArrayVariable):
                    message = "An assert must be in a test"
                    scope.report(ProblemKind.TEST, node, message, f"Move it into a function that is named `{TEST}…`.")
                    return ()
                return assert_statements(scope, node, self._number_of, outcome, numbers)
            case ast.Assign(targets=[target], value=ast.Call(func=ast.Name(id=name)) as call):
                targets = tuple(target.elts) if isinstance(target, ast.Tuple) else (target,)
            case ast.Expr(value=ast.Call(func=ast.Name(id=name)) as call):
                targets = ()
            case _:
                return None
        return run_statements(scope, self.subject, signature, call, targets) if name == signature.name else None

    def _recording(self, name: str, node: ast.Call) -> ArrayVariable | None:
        if not (isinstance(node.func, ast.Name) and node.func.id == RECORDING):
            return None
        match node.args:
            case [ast.Constant(value=str(wanted))] if not node.keywords:
                try:
                    recording = self.recording(wanted)
                except UnreadableRecording as error:
                    self.text.report(ProblemKind.TEST, self.text.place(node), error.message, error.instead)
                    return None
                self.numbers += recording.type.count
                if self.numbers > MAX_NUMBERS:
                    message = f"The recordings of a test file have at most {MAX_NUMBERS:,} numbers together"
                    self.text.report(
                        ProblemKind.TEST, self.text.place(node), message, "Cut out the parts that are needed."
                    )
                    return None
                return ArrayVariable(name, recording.type, ArrayRole.TABLE, is_writable=False, data=recording.values)
        instead = f'Write `CLAP = {RECORDING}("clap.wav")` at the top level of the file.'
        self.text.report(ProblemKind.TEST, self.text.place(node), "recording needs a name in quotes", instead)
        return None
