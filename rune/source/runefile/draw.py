"""Drawing diagnostics for a terminal: the line, carets under the place, notes and help."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping

from rune.source.runefile.diagnostics import Diagnostic, Severity, Span
from rune.source.runefile.source import SourceText

_WIDEST_LINE = 140
_TAB = "    "
_RED, _YELLOW, _BLUE, _CYAN, _BOLD, _OFF = "\x1b[1;31m", "\x1b[1;33m", "\x1b[1;34m", "\x1b[1;36m", "\x1b[1m", "\x1b[0m"


def draw(diagnostics: Iterable[Diagnostic], sources: Mapping[str, str], colour: bool) -> str:
    """All diagnostics as a text that ends with a line end; empty when there are none. `sources` are texts by file."""
    texts = {file: SourceText(file, text) for file, text in sources.items()}
    return "".join(_draw(diagnostic, texts.get(diagnostic.file), colour) + "\n" for diagnostic in diagnostics)


def _draw(diagnostic: Diagnostic, source: SourceText | None, colour: bool) -> str:
    paint = _Painter(colour)
    tint = _RED if diagnostic.severity is Severity.ERROR else _YELLOW
    start = diagnostic.span.start
    number = str(start.line)
    gutter = " " * len(number)
    head = paint(tint, f"{diagnostic.severity.value}[{diagnostic.code}]") + paint(
        _BOLD, f": {_printable(diagnostic.message)}"
    )
    lines = [head, f"{gutter}{paint(_BLUE, '-->')} {_printable(diagnostic.file)}:{start.line}:{start.column}"]
    if source is not None and start.line <= source.line_count:
        text, before, width = _excerpt(source, diagnostic.span)
        bar = paint(_BLUE, "|")
        lines += [
            f"{gutter} {bar}",
            f"{paint(_BLUE, number)} {bar} {text}".rstrip(),
            f"{gutter} {bar} {' ' * before}{paint(tint, '^' * width)}",
        ]
    lines += [f"{gutter} {paint(_BLUE, '=')} note: {_printable(note)}" for note in diagnostic.notes]
    lines += [
        f"{gutter} {paint(_BLUE, '=')} {paint(_CYAN, 'help' if fix.is_safe else 'suggestion')}: {_printable(fix.title)}"
        for fix in diagnostic.fixes
    ]
    return "\n".join(lines) + "\n"


class _Painter:
    def __init__(self, colour: bool) -> None:
        self._colour = colour

    def __call__(self, tint: str, text: str) -> str:
        return f"{tint}{text}{_OFF}" if self._colour else text


def _excerpt(source: SourceText, span: Span) -> tuple[str, int, int]:
    """The line as it is shown, how many cells stand before the carets, and how many carets there are."""
    begin, end = source.line_bounds(span.start.line)
    text = source.text[begin:end]
    first = min(span.start.column - 1, len(text))
    last = min(max(span.end.offset - begin, first), len(text))
    cut_start = max(0, first - _WIDEST_LINE // 2)
    before = _printable(text[cut_start:first])
    marked_text = _printable(text[first:last][:_WIDEST_LINE])
    after = _printable(text[last : cut_start + _WIDEST_LINE])
    lead = "…" if cut_start else ""
    tail = "…" if len(text) > max(cut_start + _WIDEST_LINE, last) else ""
    return lead + before + marked_text + after + tail, len(lead) + _cells(before), max(_cells(marked_text), 1)


def _printable(text: str) -> str:
    """Replaces control characters of a terminal."""
    return "".join(
        _TAB if character == "\t" else character if unicodedata.category(character)[0] != "C" else "\ufffd"
        for character in text
    )


def _cells(text: str) -> int:
    """Returns how many columns of a terminal a text takes."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )
