"""The fixes of a test that fails or cannot run: remove it, or expect what the block gives."""

from __future__ import annotations

import ast
import math
import struct
from collections.abc import Iterator

from rune.pyblock.testing.names import TEST
from rune.source.runefile.diagnostics import Edit, Fix
from rune.source.runefile.source import SourceText

Number = bool | int | float


def fixes_of_test(
    source: SourceText, line: int, actual: Number | None = None, index: int | None = None
) -> tuple[Fix, ...]:
    """Returns the fixes of the test around a line; none outside tests, and in a text that is not Python.

    `got` is the number that an assert on the line compared, and `index` its place in an array.
    """
    try:
        tree = ast.parse(source.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    test = next((node for node in _tests(tree) if _first_line(node) <= line <= (node.end_lineno or line)), None)
    if test is None:
        return ()
    return (*_expectation_fixes(source, test, line, actual, index), _removal(source, test))


def _tests(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith(TEST):
            yield node


def _first_line(node: ast.FunctionDef) -> int:
    return min((each.lineno for each in node.decorator_list), default=node.lineno)


def _removal(source: SourceText, test: ast.FunctionDef) -> Fix:
    """Removes a test, with the blank lines between it and what follows or, of the last, what stands before."""
    begin, _ = source.line_bounds(_first_line(test))
    _, end = source.line_bounds(test.end_lineno or test.lineno)
    rest = source.text[end:]
    if not rest.strip():
        begin = len(source.text[:begin].rstrip())
        text = "\n" if begin else ""
        end = len(source.text)
    else:
        end += len(rest) - len(rest.lstrip())
        text = ""
    return Fix(f"Remove {test.name}", (Edit(source.file, source.span(begin, end), text),))


def _expectation_fixes(
    source: SourceText, test: ast.FunctionDef, line: int, actual: Number | None, index: int | None
) -> Iterator[Fix]:
    """Writes what the block gives in place of the number that an assert expects."""
    literal = None if actual is None else _literal(actual)
    asserts = (node for node in ast.walk(test) if isinstance(node, ast.Assert) and node.lineno == line)
    comparison = next((node.test for node in asserts), None)
    if literal is None or not isinstance(comparison, ast.Compare):
        return
    if len(comparison.ops) != 1 or not isinstance(comparison.ops[0], ast.Eq):
        return
    expected = comparison.comparators[0]
    if isinstance(expected, ast.Call) and expected.args:
        expected = expected.args[0]
    if index is not None:
        elements = list(_elements(expected))
        if index >= len(elements):
            return
        expected = elements[index]
    if not _is_number(expected) or expected.end_lineno is None or expected.end_col_offset is None:
        return
    span = source.span(
        _offset(source, expected.lineno, expected.col_offset),
        _offset(source, expected.end_lineno, expected.end_col_offset),
    )
    yield Fix(f"Expect {literal}", (Edit(source.file, span, literal),))


def _elements(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.List):
        for each in node.elts:
            yield from _elements(each)
    else:
        yield node


def _is_number(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        node = node.operand
    return isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float)


def _offset(source: SourceText, line: int, column: int) -> int:
    """The offset in characters of a place that Python gives in bytes of UTF-8."""
    start, end = source.line_bounds(line)
    return start + len(source.text[start:end].encode()[:column].decode(errors="ignore"))


def _literal(value: Number) -> str | None:
    """The shortest literal of a number that is the same f32, or the same f64 where it is no f32."""
    if not isinstance(value, float):
        return str(value)
    if not math.isfinite(value):
        return None
    is_single = abs(value) < 3.4e38 and _single(value) == value
    for digits in range(1, 18):
        text = f"{value:.{digits}g}"
        if float(text) == value or (is_single and abs(float(text)) < 3.4e38 and _single(float(text)) == value):
            return text if any(each in text for each in ".e") else f"{text}.0"
    return repr(value)


def _single(value: float) -> float:
    (single,) = struct.unpack("<f", struct.pack("<f", value))
    return float(single)
