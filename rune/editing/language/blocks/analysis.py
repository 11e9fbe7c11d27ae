"""The analysis of a block's file, which all answers about it use: its check, for the wires that lead to it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from rune.editing.language.facts.analysis import Analysis
from rune.pyblock.checking.block import CheckedBlockFile, check_file
from rune.pyblock.checking.problems import TextRange
from rune.pyblock.checking.scope import Binding, FunctionScope
from rune.pyblock.checking.signature import UnfitInput
from rune.pyblock.testing.check import check_tests
from rune.pyblock.testing.names import block_of_tests, is_test_file
from rune.pyblock.testing.recordings import find_recording
from rune.pyblock.testing.subject import BlockUnderTest
from rune.pyblock.variables import ArrayVariable
from rune.source.runefile import Span
from rune.source.runefile.blocks.python_blocks import python_file, span_of
from rune.source.runefile.source import SourceText
from rune.source.runefile.syntax import StageKind, StageSyntax
from rune.tensor import TensorType

_WORD = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True)
class BlockAnalysis:
    """A block's file at one moment. `readers` are what its inputs come from, where the Runefile runs it."""

    source: SourceText
    checked_file: CheckedBlockFile
    readers: tuple[str, ...]
    project: Analysis

    def word_at(self, offset: int) -> Span | None:
        """The name that an offset is in or at the end of, or None if there is none."""
        for match in _WORD.finditer(self.source.text):
            if match.start() <= offset <= match.end():
                return self.source.span(match.start(), match.end())
        return None

    def text_of(self, span: Span) -> str:
        return self.source.text[span.start.offset : span.end.offset]

    def span_of(self, node: ast.AST) -> Span:
        """Returns where a node stands; of a parameter or a function its name alone."""
        place = self.checked_file.text.place(node)
        if isinstance(node, ast.FunctionDef):
            place = self.checked_file.text.word(node, node.name)
            # The word `def` may hold the same letters: the name stands behind it.
            start = span_of(self.source, place).start.offset
            head = (
                self.source.text.find("def", span_of(self.source, self.checked_file.text.place(node)).start.offset) + 3
            )
            at = self.source.text.find(node.name, max(head, 0))
            return self.source.span(at if at >= 0 else start, (at if at >= 0 else start) + len(node.name))
        if isinstance(node, ast.arg):
            place = TextRange(place.line, place.column, place.line, place.column + len(node.arg))
        return span_of(self.source, place)

    def function_at(self, offset: int) -> ast.FunctionDef | None:
        """The function whose lines an offset is in."""
        line = self.source.position(offset).line
        tree = self.checked_file.tree
        for node in () if tree is None else tree.body:
            if isinstance(node, ast.FunctionDef) and node.lineno <= line <= (node.end_lineno or node.lineno):
                return node
        return None

    def scope_at(self, offset: int) -> FunctionScope | None:
        function = self.function_at(offset)
        return None if function is None else self.checked_file.scopes.get(function)

    def known_at(self, offset: int, name: str) -> Binding | None:
        """Returns the meaning of a name in the function around an offset."""
        scope = self.scope_at(offset)
        if scope is None:
            return None
        return scope.bindings.get(name, scope.file.constants.get(name))


def is_block_file(file: str) -> bool:
    """Returns whether a file is asked about as a block."""
    return file.endswith(".py")


def analyse_block(project: Analysis, file: str) -> BlockAnalysis:
    """Analyses a block's file; where the Runefile runs it, for the types of its wires."""
    text = project.text_file(file) or ""
    block = block_of_tests(file)
    if is_test_file(file) and project.text_file(block) is not None:
        return BlockAnalysis(SourceText(file, text), _checked_tests(project, file, text, block), (), project)
    stage = next((each for each in project.checked_runefile.syntax.stages if _runs(each, file)), None)
    types = None if stage is None else _input_types(project, stage)
    readers = () if stage is None else tuple(each.stage for each in stage.inputs)
    try:
        checked_file = check_file(file, text, types)
    except UnfitInput:
        checked_file = check_file(file, text)
    return BlockAnalysis(SourceText(file, text), checked_file, readers, project)


def _checked_tests(project: Analysis, file: str, text: str, block: str) -> CheckedBlockFile:
    """A test file, as far as what helps with writing asks of any file."""
    subject = BlockUnderTest(block, project.text_file(block) or "")
    checked_tests = check_tests(file, text, subject, partial(find_recording, project.files))
    return CheckedBlockFile(
        checked_tests.text,
        checked_tests.problems,
        None,
        None,
        checked_tests.tree,
        checked_tests.marks,
        {},
        checked_tests.scopes,
    )


def _runs(stage: StageSyntax, file: str) -> bool:
    return stage.kind is StageKind.BLOCK and python_file(stage.target.text) == file


def _input_types(project: Analysis, stage: StageSyntax) -> tuple[TensorType, ...] | None:
    """Returns the types on a stage's wires; None where one of them is unknown."""
    input_types = []
    for each in stage.inputs:
        stage_types = project.checked_runefile.types.get(each.stage, ())
        type_ = stage_types[each.index] if each.index < len(stage_types) else None
        if type_ is None:
            return None
        input_types.append(type_)
    return tuple(input_types)


def description_of(binding: Binding) -> str:
    """Returns the description of a name, in a line."""
    if isinstance(binding, ArrayVariable):
        note = "" if binding.is_writable else ", read only"
        return f"{binding.name}: {binding.type}{note}"
    return f"{binding.name}: {binding.type}" if hasattr(binding, "name") else f"{binding.value}"


def named_nodes(function: ast.AST, name: str) -> Iterator[ast.AST]:
    """Every node that says a name, in the order of the text."""
    for node in ast.walk(function):
        if (
            (isinstance(node, ast.Name) and node.id == name)
            or (isinstance(node, ast.arg) and node.arg == name)
            or (isinstance(node, ast.FunctionDef) and node.name == name)
        ):
            yield node
