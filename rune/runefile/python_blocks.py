"""The proc-blocks of a project itself: files in the language of `rune.pyblock`, found by their path."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import PurePosixPath

from rune.blocks.paths import parse_block_path
from rune.blocks.resolver import BlockResolver
from rune.blocks.signature import (
    Argument,
    ArgumentKind,
    Arguments,
    Block,
    BlockCode,
    BlockError,
    BlockOutput,
    BlockState,
    GeneratedHeader,
    integer,
    real,
)
from rune.files import FileError, ProjectFiles, normal_path
from rune.pyblock.check import check_file, read_file
from rune.pyblock.emit import emit
from rune.pyblock.numbers import Scalar, to_f32
from rune.pyblock.problems import Place, Problem
from rune.pyblock.signature import BlockSignature, Setting, UnfitInput, bind, output_type
from rune.pyblock.testing.check import tests_of_block
from rune.runefile.block_test_files import find_test_files, test_problems
from rune.runefile.diagnostics import Diagnostic, Edit, Fix, Severity, Span
from rune.runefile.source import SourceText
from rune.tensor import TensorType
from rune.wording import counted

_KEPT = 64
"""Checks of files that are remembered: an edit changes one."""
_GAP = "after a gap it goes on with what was kept before it; after a restart with zeros"


class BrokenBlock(BlockError):
    """A block of the project whose file has problems, which are told there."""


class ProjectBlocks:
    """The blocks of a project, and behind them those that others published.

    It remembers which files were asked for and what is wrong with them.
    """

    def __init__(self, published: BlockResolver, files: ProjectFiles) -> None:
        self._published = published
        self._files = files
        self._problems: dict[str, tuple[SourceText, dict[Problem, None]]] = {}

    @property
    def names(self) -> tuple[str, ...]:
        return self._published.names

    def find(self, path: str) -> Block | None:
        """The block that a path means. None for a file with a wrong signature, whose problems are then known."""
        file = python_file(path)
        if file is None:
            return self._published.find(path)
        text = self.text(path)
        if text is None:
            return None
        read = read_file(file, text)
        self._note(file, text, tuple(read.text.problems))
        if read.signature is None:
            return None
        return self._block(file, text, read.signature)

    def text(self, path: str) -> str | None:
        """The text of a block of the project. Raises nothing: None where there is no such text."""
        file = python_file(path)
        try:
            return None if file is None else self._files.read(file).decode("utf-8-sig")
        except (FileError, UnicodeDecodeError):
            return None

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is wrong in the files that were asked for, and in the tests of those that are right.

        What is wrong in a test is a warning: a test that is half written keeps nothing from running.
        """
        found = [
            _diagnostic(source, problem, Severity.ERROR)
            for source, problems in self._problems.values()
            for problem in sorted(problems, key=lambda each: (each.place, each.message))
        ]
        right = {tests_of_block(file) for file, (_, problems) in self._problems.items() if not problems}
        for path in find_test_files(self._files) if right else ():
            if path in right:
                text, problems = test_problems(self._files, path)
                source = SourceText(path, text)
                found += [_diagnostic(source, problem, Severity.WARNING) for problem in problems]
        return tuple(found)

    def _note(self, file: str, text: str, problems: Sequence[Problem]) -> None:
        _, known = self._problems.setdefault(file, (SourceText(file, text), {}))
        known.update(dict.fromkeys(problems))

    def _block(self, file: str, text: str, signature: BlockSignature) -> Block:
        def outputs(inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockOutput, ...]:
            try:
                names = bind(signature, inputs)
            except UnfitInput as error:
                # The file is looked at all the same: what is wrong in it does not wait for its wires.
                self._note(file, text, _problems(file, text, None))
                raise BlockError(error.message, input_index=error.index) from error
            problems = _problems(file, text, inputs)
            self._note(file, text, problems)
            if problems:
                first = min(problems, key=lambda each: each.place)
                raise BrokenBlock(
                    f"{file} has {counted(len(problems), 'problem')}, the first on line {first.place.line}"
                )
            return tuple(BlockOutput(output_type(shape, names)) for shape in signature.outputs)

        def state(inputs: tuple[TensorType, ...], _arguments: Arguments) -> tuple[BlockState, ...]:
            names = bind(signature, inputs)
            return tuple(
                BlockState(kept.name, output_type(kept.shape, names), f"Declared in {file}", _GAP)
                for kept in signature.states
            )

        return Block(
            name=signature.name,
            summary=signature.summary or f"A block of this project, in {file}.",
            header=None,
            arguments=tuple(_argument(setting) for setting in signature.settings),
            outputs=outputs,
            code=lambda inputs, arguments: _code(file, text, inputs, arguments),
            state=state,
            page="\n".join(_page(file, signature)),
        )


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


@lru_cache(_KEPT)
def _problems(file: str, text: str, inputs: tuple[TensorType, ...] | None) -> tuple[Problem, ...]:
    return check_file(file, text, inputs).problems


@lru_cache(_KEPT)
def _emitted(
    file: str, text: str, inputs: tuple[TensorType, ...], settings: tuple[int | float, ...]
) -> tuple[GeneratedHeader, str, int, int]:
    block = check_file(file, text, inputs).block
    if block is None:
        raise BrokenBlock(f"{file} has problems")
    made = emit(block, file, settings)
    return GeneratedHeader(made.name, made.text), made.function, made.state_size, made.scratch_size


def _code(file: str, text: str, inputs: tuple[TensorType, ...], arguments: Arguments) -> BlockCode:
    signature = read_file(file, text).signature
    settings = tuple(_value(setting, arguments) for setting in (signature.settings if signature else ()))
    header, function, state_size, scratch_size = _emitted(file, text, inputs, settings)
    return BlockCode(function, state_size=state_size, scratch_size=scratch_size, header=header)


def _value(setting: Setting, arguments: Arguments) -> int | float:
    if setting.type is Scalar.INT:
        return integer(arguments, setting.name)
    value = real(arguments, setting.name)
    return to_f32(value) if setting.type is Scalar.F32 else value


def _argument(setting: Setting) -> Argument:
    kind = ArgumentKind.INTEGER if setting.type is Scalar.INT else ArgumentKind.FLOAT
    text = f"The parameter {setting.name} of the block, {setting.type}."
    return Argument(setting.name, kind, text, setting.default, setting.minimum, setting.maximum)


def _page(file: str, signature: BlockSignature) -> Iterator[str]:
    """What a hover shows of the block."""
    yield f"# {signature.name}"
    yield ""
    yield signature.summary or f"A block of this project, in `{file}`."
    yield ""
    inputs = ", ".join(f"{each.name}: {each.shape}" for each in signature.inputs)
    yield f"`{signature.name}({inputs})` gives `{', '.join(map(str, signature.outputs))}`."
    for state in signature.states:
        yield ""
        yield f"It keeps `{state.name}: {state.shape}` from one run to the next, zeros at first."


def _diagnostic(source: SourceText, problem: Problem, severity: Severity) -> Diagnostic:
    fixes = []
    if problem.insertion is not None:
        at = span_of(source, problem.insertion.place)
        fixes.append(Fix(problem.insertion.title, (Edit(source.file, at, problem.insertion.text),)))
    span = span_of(source, problem.place)
    notes = (problem.instead,)
    return Diagnostic(severity, problem.kind.value, problem.message, source.file, span, notes, tuple(fixes))


def span_of(source: SourceText, place: Place) -> Span:
    """A place as a span of the text."""
    return source.span(_offset(source, place.line, place.column), _offset(source, place.end_line, place.end_column))


def _offset(source: SourceText, line: int, column: int) -> int:
    if line > source.line_count:
        return len(source.text)
    start, end = source.line_bounds(line)
    return min(start + column, end)
