"""The text of a block's file and its syntax tree, read with limits: any bytes give a tree or a problem."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable

from rune.compiler.pyblock.problems import Insertion, Kind, Place, Problem

MAX_SIZE = 64 * 1024
"""Characters of a file."""
MAX_DEPTH = 60
"""How deep expressions and statements may be nested."""


class BlockText:
    """A file's text, which knows where a node of its tree stands."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self._lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self.problems: list[Problem] = []

    def place(self, node: ast.AST) -> Place:
        """Where a node that has a place stands."""
        line, end_line = getattr(node, "lineno", 1), getattr(node, "end_lineno", 1)
        column = self._column(line, getattr(node, "col_offset", 0))
        return Place(line, column, end_line, self._column(end_line, getattr(node, "end_col_offset", 0)))

    def word(self, node: ast.AST, word: str) -> Place:
        """The place of a word in the first line of a node, such as `class`, or of the node where it is not there."""
        whole = self.place(node)
        found = self._lines[whole.line - 1].find(word, whole.column)
        return whole if found < 0 else Place(whole.line, found, whole.line, found + len(word))

    def report(self, kind: Kind, place: Place, message: str, instead: str, insertion: Insertion | None = None) -> None:
        """Notes a problem; the same one is told once."""
        problem = Problem(kind, message, instead, place, insertion)
        if problem not in self.problems:
            self.problems.append(problem)

    def _column(self, line: int, offset: int) -> int:
        """A column in characters for one in bytes of UTF-8."""
        if line > len(self._lines):
            return 0
        return len(self._lines[line - 1].encode()[:offset].decode(errors="ignore"))


def parse_text(text: BlockText) -> ast.Module | None:
    """The tree, or None when a problem was reported."""
    if len(text.text) > MAX_SIZE:
        message = f"A block has at most {MAX_SIZE // 1024} KiB of text"
        text.report(Kind.SYNTAX, Place(1, 0, 1, 1), message, "Split it into several blocks.")
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text.text, text.file, feature_version=(3, 11))
    except SyntaxError as error:
        line = max(error.lineno or 1, 1)
        column = max((error.offset or 1) - 1, 0)
        place = Place(line, column, line, column + 1)
        text.report(Kind.SYNTAX, place, f"This is not Python: {error.msg}", "Correct the line.")
        return None
    except (ValueError, RecursionError, MemoryError):
        message = "This cannot be read as Python: it holds a zero byte or is nested too deep"
        text.report(Kind.SYNTAX, Place(1, 0, 1, 1), message, "Write shorter expressions.")
        return None
    deep = _deepest(tree)
    if deep is not None:
        message = f"Nested more than {MAX_DEPTH} levels deep"
        text.report(Kind.SYNTAX, text.place(deep), message, "Give a part of it a name, or move it into a helper.")
        return None
    return tree


def _deepest(tree: ast.Module) -> ast.AST | None:
    """The first node that is too deep; None when there is none. Does not recurse."""
    level: list[ast.AST] = [tree]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return None
    return next((node for node in level if hasattr(node, "lineno")), level[0])


def names_in(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """All names that the nodes assign to."""
    return frozenset(
        found.id
        for node in nodes
        for found in ast.walk(node)
        if isinstance(found, ast.Name) and isinstance(found.ctx, ast.Store)
    )
