"""The proc-blocks of a project itself: files in the language of `rune.pyblock`, found by their path."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from rune.blocks.paths import parse_block_path
from rune.blocks.resolver import BlockResolver
from rune.blocks.shared_path import parse_shared_path
from rune.blocks.signature import Block
from rune.project.files import FileError, ProjectFiles, normal_path
from rune.pyblock.checking.problems import Problem, TextRange
from rune.pyblock.testing.names import tests_of_block
from rune.source.runefile.blocks.lock import LOCK_FILE
from rune.source.runefile.blocks.shared import SharedBlocks
from rune.source.runefile.blocks.test_fixes import fixes_of_test
from rune.source.runefile.codes import Code
from rune.source.runefile.diagnostics import Diagnostic, Edit, Fix, Severity, Span
from rune.source.runefile.source import SourceText


class AvailableBlocks:
    """The blocks of a project, those of other projects, and behind them those that come with the toolchain.

    It remembers which files were asked for and what is wrong with them.
    """

    def __init__(self, resolver: BlockResolver, files: ProjectFiles) -> None:
        self._resolver = resolver
        self._files = files
        self._problems: dict[str, tuple[SourceText, dict[Problem, None]]] = {}
        self.shared_blocks = SharedBlocks(files)

    @property
    def names(self) -> tuple[str, ...]:
        return (*self._resolver.names, *self.shared_blocks.names)

    def find(self, path: str) -> Block | None:
        """The block that a path means. None for a file with a wrong signature, whose problems are then known."""
        shared_path = parse_shared_path(path.strip())
        if shared_path is not None:
            block = self.shared_blocks.find(shared_path)
            return None if block is None else block.block
        file = python_file(path)
        if file is None:
            return self._resolver.find(path)
        text = self.text(path)
        if text is None:
            return None
        # The compiler of blocks is imported for projects that have some.
        from rune.pyblock.checking.block import read_file
        from rune.source.runefile.blocks.python_block import python_block

        block_file = read_file(file, text)
        self._note(file, text, tuple(block_file.text.problems))
        if block_file.signature is None:
            return None

        def note(problems: Sequence[Problem]) -> None:
            self._note(file, text, problems)

        return python_block(file, text, block_file.signature, note, f"A block of this project, in `{file}`.")

    def text(self, path: str) -> str | None:
        """The text of a block of the project. Raises nothing: None where there is no such text."""
        file = python_file(path)
        try:
            return None if file is None else self._files.read(file).decode("utf-8-sig")
        except (FileError, UnicodeDecodeError):
            return None

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Returns the errors in the requested files, and in the tests of the valid ones.

        What is wrong in a test is an error, as in a build, though the pipeline runs without its tests.
        """
        diagnostics = [
            diagnostic_of(source, problem, Severity.ERROR)
            for source, problems in self._problems.values()
            for problem in sorted(problems, key=lambda each: (each.place, each.message))
        ]
        right = {tests_of_block(file) for file, (_, problems) in self._problems.items() if not problems}
        if right:
            diagnostics += self._of_tests(right)
        return (*diagnostics, *self._of_lock())

    def _of_tests(self, paths: Collection[str]) -> Iterator[Diagnostic]:
        """Returns the errors of some test files."""
        from rune.source.runefile.blocks.checked_tests import test_problems
        from rune.source.runefile.blocks.test_files import find_test_files

        for path in find_test_files(self._files):
            if path in paths:
                text, problems = test_problems(self._files, path)
                source = SourceText(path, text)
                yield from (test_diagnostic(source, problem) for problem in problems)

    def _of_lock(self) -> tuple[Diagnostic, ...]:
        """Returns the errors of the lock."""
        lock = self.shared_blocks.lock
        notes = ("A line is a block and its digest: `acme/sounds#smooth@1.2 sha256:...`.",)
        problems = [(span, "This line of the lock says nothing of a block") for span in lock.bad]
        problems += [(span, "This block has another digest in a line above") for span in lock.twice]
        return tuple(
            Diagnostic(Severity.ERROR, Code.LOCK.value, message, LOCK_FILE, span, notes, ())
            for span, message in problems
        )

    def _note(self, file: str, text: str, problems: Sequence[Problem]) -> None:
        _, known_problems = self._problems.setdefault(file, (SourceText(file, text), {}))
        known_problems.update(dict.fromkeys(problems))


def python_file(path: str) -> str | None:
    """The project's file that a path such as `./smooth.py` means; None for any other path."""
    parts = parse_block_path(path.strip())
    if parts is None or not parts.is_local or parts.version is not None or parts.sub_path is not None:
        return None
    if PurePosixPath(parts.base).suffix != ".py":
        return None
    try:
        return normal_path(parts.base)
    except FileError:
        return None


def diagnostic_of(source: SourceText, problem: Problem, severity: Severity) -> Diagnostic:
    """A problem of a block's file as the diagnostic that it is."""
    fixes = []
    if problem.insertion is not None:
        at = span_of(source, problem.insertion.place)
        fixes.append(Fix(problem.insertion.title, (Edit(source.file, at, problem.insertion.text),)))
    span = span_of(source, problem.place)
    notes = (problem.instead,)
    return Diagnostic(severity, problem.kind.value, problem.message, source.file, span, notes, tuple(fixes))


def test_diagnostic(source: SourceText, problem: Problem) -> Diagnostic:
    """A problem of a test file as the diagnostic that it is in a check and in a build."""
    diagnostic = diagnostic_of(source, problem, Severity.ERROR)
    return replace(diagnostic, fixes=(*diagnostic.fixes, *fixes_of_test(source, problem.place.line)))


def span_of(source: SourceText, place: TextRange) -> Span:
    """A place as a span of the text."""
    return source.span(_offset(source, place.line, place.column), _offset(source, place.end_line, place.end_column))


def _offset(source: SourceText, line: int, column: int) -> int:
    if line > source.line_count:
        return len(source.text)
    start, end = source.line_bounds(line)
    return min(start + column, end)
