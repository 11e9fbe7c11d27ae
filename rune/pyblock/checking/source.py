"""Parses the text of a block's file, with limits: any text gives a syntax tree or a problem."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable

from rune.pyblock.checking.problems import Insertion, Problem, ProblemKind, TextRange
from rune.wording import size_text

MAX_SIZE = 64 * 1024
"""Characters of a file."""
MAX_DEPTH = 60
"""How deep expressions and statements may be nested."""


class BlockText:
    """The text of a file and its problems. Finds the place of a syntax node in the text."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self._lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self.problems: list[Problem] = []

    def place(self, node: ast.AST) -> TextRange:
        """Returns the place of a node."""
        line, end_line = getattr(node, "lineno", 1), getattr(node, "end_lineno", 1)
        column = self._column(line, getattr(node, "col_offset", 0))
        return TextRange(line, column, end_line, self._column(end_line, getattr(node, "end_col_offset", 0)))

    def word(self, node: ast.AST, word: str) -> TextRange:
        """Returns the place of a word in the first line of a node, or of the whole node if it is missing."""
        whole = self.place(node)
        start = self._lines[whole.line - 1].find(word, whole.column)
        return whole if start < 0 else TextRange(whole.line, start, whole.line, start + len(word))

    def report(
        self, kind: ProblemKind, place: TextRange, message: str, instead: str, insertion: Insertion | None = None
    ) -> None:
        """Adds a problem, unless the same one was added before."""
        problem = Problem(kind, message, instead, place, insertion)
        if problem not in self.problems:
            self.problems.append(problem)

    def _column(self, line: int, offset: int) -> int:
        """Returns the column in characters for a column in UTF-8 bytes."""
        if line > len(self._lines):
            return 0
        return len(self._lines[line - 1].encode()[:offset].decode(errors="ignore"))


def parse_text(text: BlockText) -> ast.Module | None:
    """Returns the syntax tree, or None if a problem was reported."""
    if len(text.text) > MAX_SIZE:
        message = f"A block has at most {size_text(MAX_SIZE)} of text"
        text.report(ProblemKind.SYNTAX, TextRange(1, 0, 1, 1), message, "Split it into several blocks.")
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text.text, text.file, feature_version=(3, 11))
    except SyntaxError as error:
        line = max(error.lineno or 1, 1)
        column = max((error.offset or 1) - 1, 0)
        place = TextRange(line, column, line, column + 1)
        text.report(ProblemKind.SYNTAX, place, f"This is not Python: {error.msg}", "Correct the line.")
        return None
    except (ValueError, RecursionError, MemoryError):
        message = "This cannot be read as Python: it contains a zero byte or is nested too deep"
        text.report(ProblemKind.SYNTAX, TextRange(1, 0, 1, 1), message, "Write shorter expressions.")
        return None
    too_deep = _deepest(tree)
    if too_deep is not None:
        message = f"Nested more than {MAX_DEPTH} levels deep"
        text.report(
            ProblemKind.SYNTAX,
            text.place(too_deep),
            message,
            "Assign a part of it to a name, or move it into a helper function.",
        )
        return None
    return tree


def _deepest(tree: ast.Module) -> ast.AST | None:
    """Returns the first node that is nested too deep, or None. Does not recurse."""
    level: list[ast.AST] = [tree]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return None
    return next((node for node in level if hasattr(node, "lineno")), level[0])


def names_in(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """Returns all names that the nodes assign to."""
    return frozenset(
        descendant.id
        for node in nodes
        for descendant in ast.walk(node)
        if isinstance(descendant, ast.Name) and isinstance(descendant.ctx, ast.Store)
    )
