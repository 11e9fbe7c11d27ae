"""Reads YAML text into values; errors of syntax are reported and skipped, and the rest is still read.

A broken line is blanked, and where that does not help the stage around it. Stages are told apart by their indentation
and read for themselves first, so that what is wrong in one hides nothing in the others.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from yaml.reader import Reader

from rune.source.runefile.codes import Code
from rune.source.runefile.diagnostics import Fix, Severity
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.source import SourceText
from rune.source.runefile.yaml.plain import read_plain
from rune.source.runefile.yaml.reader import Composer, TooMuch, Unreadable, problem_in
from rune.source.runefile.yaml.values import ComposedDocument

MOST_ROUNDS = 20
"""How many problems of syntax are reported, and so how often a text is read again."""
_MOST_READ_AGAIN = 512 * 1024
"""Characters that may be read again in all, beyond reading each stage once and the whole once more."""
_MOST_ENTRIES = 5000
"""Stages that are read each for itself: a file with more of them is refused by its size in the end."""

_NAMED_ENTRY = re.compile(r"(?P<indent> *)(?P<name>[A-Za-z_][\w-]*|\"[\w-]+\"|'[\w-]+')[ \t]*:(?=\s|\Z)")
_BARE_NAME = re.compile(r" *(?P<name>[A-Za-z_][\w-]*)[ \t]*(?=#|[\r\n]|\Z)")
_RESERVED_CHARACTER = re.compile(r"[@`%][^\s,\[\]{}\"'#]*")
"""A text that starts with a character which only a text in quotes can start with."""
_NO_TEXT = Reader.NON_PRINTABLE


def compose(source: SourceText, report: DiagnosticReport) -> ComposedDocument:
    """Reads a YAML document. What is no YAML goes into the report; never raises."""
    text = _without_controls(source, report)
    root = read_plain(text)
    if root is not None:
        return ComposedDocument(root, is_whole=text == source.text)
    try:
        return _whole(source, text, report, is_whole=text == source.text)
    except TooMuch as problem:
        report.error(Code.TOO_LARGE, problem.message, problem.span)
        return ComposedDocument(None, is_whole=False)
    except Unreadable as problem:
        return _Recovery(source, text, report).compose(problem)


def _without_controls(source: SourceText, report: DiagnosticReport) -> str:
    """The text with a space for each character that no text file has."""
    for count, match in enumerate(_NO_TEXT.finditer(source.text)):
        if count == MOST_ROUNDS:
            break
        span = source.span(match.start(), match.end())
        message = f"The character U+{ord(match[0]):04X} cannot stand in a text file"
        report.error(Code.NOT_TEXT, message, span, fixes=[report.guess(span, "", "Remove the character")])
    return _NO_TEXT.sub(" ", source.text)


def _whole(
    source: SourceText,
    text: str,
    report: DiagnosticReport,
    *,
    is_whole: bool,
    broken_offsets: frozenset[int] = frozenset(),
    damaged_spans: tuple[tuple[int, int], ...] = (),
) -> ComposedDocument:
    """All of a text that is expected to be readable. Raises `TooMuch` and `Unreadable`."""
    composer = Composer(source, text)
    root = composer.document()
    for notice in composer.notices:
        fixes = [report.guess(notice.span, notice.text)] if notice.text is not None else []
        add_diagnostic = report.error if notice.severity is Severity.ERROR else report.warning
        add_diagnostic(notice.code, notice.message, notice.span, [notice.note], fixes)
    return ComposedDocument(root, is_whole, broken_offsets, damaged_spans)


@dataclass(frozen=True)
class _Entry:
    """The lines of one stage or resource. `name_end` is where its first line can be cut and still names it."""

    start: int
    end: int
    first_line: int
    name_start: int
    name_end: int | None


class _Recovery:
    """A text from which what cannot be read is taken out, bit by bit; every other character keeps its place."""

    def __init__(self, source: SourceText, text: str, report: DiagnosticReport) -> None:
        self._source = source
        self._text = text
        self._report = report
        self._entries = _entries(source, text)
        self._starts = [entry.start for entry in self._entries]
        self._rounds = 0
        self._is_whole = True
        self._broken_offsets: set[int] = set()
        self._damaged_spans: dict[int, tuple[int, int]] = {}

    def compose(self, problem: Unreadable) -> ComposedDocument:
        """Returns the remaining tree; `problem` is the first one of reading all of it."""
        if len(self._entries) <= _MOST_ENTRIES:
            for entry in self._entries:
                self._recover_entry(entry)
        again: Unreadable | None = None if self._rounds else problem
        read_count = 0
        while self._rounds < MOST_ROUNDS and read_count <= _MOST_READ_AGAIN:
            if again is not None and not self._blank_around(again):
                break
            try:
                return _whole(
                    self._source,
                    self._text,
                    self._report,
                    is_whole=self._is_whole,
                    broken_offsets=frozenset(self._broken_offsets),
                    damaged_spans=tuple(sorted(self._damaged_spans.values())),
                )
            except TooMuch as much:
                self._report.error(Code.TOO_LARGE, much.message, much.span)
                break
            except Unreadable as next_problem:
                again = next_problem
                read_count += len(self._text)
        return ComposedDocument(None, is_whole=False)

    def _recover_entry(self, entry: _Entry) -> None:
        """Tells what is wrong within one entry: at most two things, after which nothing of it is left."""
        while self._rounds < MOST_ROUNDS and entry.name_start not in self._broken_offsets:
            problem = problem_in(self._source, self._text, entry.start, entry.end)
            if problem is None:
                return
            bare = _BARE_NAME.match(self._text, entry.start, entry.end) if entry.name_end is None else None
            if bare is not None:
                span = self._source.span(bare.start("name"), bare.end("name"))
                problem = Unreadable("a `:` is missing after this name", span)
                behind = self._source.span(bare.end("name"), bare.end("name"))
                self._report_unreadable(problem, [self._report.guess(behind, ":", "Write the `:`")])
            else:
                self._report_unreadable(problem)
            self._blank_in(entry, problem)

    def _blank_around(self, problem: Unreadable) -> bool:
        """Takes out what holds a problem. False when there is nothing more to take out."""
        self._report_unreadable(problem)
        before = self._text
        offset = problem.span.start.offset
        if problem.to_the_end:
            self._is_whole = False
            self._blank(offset, len(self._text))
            return self._text != before
        at = bisect_right(self._starts, offset) - 1
        if at >= 0 and offset < self._entries[at].end:
            self._blank_in(self._entries[at], problem)
        else:
            self._is_whole = False
            self._blank(*self._source.line_bounds(problem.span.start.line))
        return self._text != before

    def _blank_in(self, entry: _Entry, problem: Unreadable) -> None:
        """The line of a problem with what stands deeper below it; all of the entry when that was tried before."""
        line = problem.span.start.line
        if line <= entry.first_line or entry.name_end is None or entry.name_start in self._damaged_spans:
            self._broken_offsets.add(entry.name_start)
            if entry.name_end is None:
                self._is_whole = False  # Who it is stays unknown.
            self._blank(entry.name_end if entry.name_end is not None else entry.start, entry.end)
            return
        self._damaged_spans[entry.name_start] = (entry.start, entry.end)
        start, end = self._source.line_bounds(line)
        depth = _depth(self._text[start:end])
        while line < self._source.line_count:
            line += 1
            first, last = self._source.line_bounds(line)
            below = self._text[first:last]
            if first >= entry.end or (below.strip() and _depth(below) <= depth):
                break
            end = last
        self._blank(start, end)

    def _blank(self, start: int, end: int) -> None:
        blank = "".join(character if character in "\r\n" else " " for character in self._text[start:end])
        self._text = self._text[:start] + blank + self._text[end:]

    def _report_unreadable(self, problem: Unreadable, fixes: Iterable[Fix] = ()) -> None:
        self._rounds += 1
        at = problem.span.start.offset
        fixes = list(fixes)
        if self._source.text[at : at + 1] == "\t":
            tab = self._source.span(at, at + 1)
            fixes.append(self._report.guess(tab, "  ", "Change the tab to two spaces"))
        elif (bare := _RESERVED_CHARACTER.match(self._source.text, at)) is not None and "quotes" in problem.cause:
            text = self._source.span(at, bare.end())
            fixes.append(self._report.replace_text(text, bare[0]))
        message = f"Unable to parse the input: {problem.cause}"
        self._report.error(Code.YAML_SYNTAX, message, problem.span, problem.notes, fixes)


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def _entries(source: SourceText, text: str) -> tuple[_Entry, ...]:
    """The stages and resources of a text, told by their indentation alone: it may be broken in any way."""
    starts: list[tuple[int, int]] = []
    ends: list[int] = []
    depth: int | None = None
    for line in range(1, source.line_count + 1):
        first, last = source.line_bounds(line)
        content = text[first:last]
        stripped_content = content.strip()
        if not stripped_content or stripped_content.startswith("#"):
            continue
        indent = _depth(content)
        if indent == 0 and not stripped_content.startswith(("- ", "}", "]")):
            if len(ends) < len(starts):
                ends.append(first)
            depth = 0 if stripped_content.rstrip().startswith(("pipeline:", "resources:")) else None
        elif depth is not None and indent > 0:
            depth = depth or indent
            if indent <= depth:
                if len(ends) < len(starts):
                    ends.append(first)
                starts.append((line, first))
    if len(ends) < len(starts):
        ends.append(len(text))
    return tuple(_entry(text, line, start, end) for (line, start), end in zip(starts, ends, strict=True))


def _entry(text: str, line: int, start: int, end: int) -> _Entry:
    match = _NAMED_ENTRY.match(text, start, end)
    if match is None:
        return _Entry(start, end, line, start, None)
    return _Entry(start, end, line, match.start("name"), match.end())
