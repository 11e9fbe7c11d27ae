"""Several successive changes of one text, combined into edits of the original text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from rune.editing.language.apply import apply_edits
from rune.editing.language.facts.analysis import Analysis
from rune.editing.language.yaml.splice import Splice, as_edits
from rune.project.files import ProjectFiles, normal_path
from rune.source.runefile import Edit, check


@dataclass(frozen=True)
class _Revision:
    """A project with another text in one of its files."""

    files: ProjectFiles
    path: str
    data: bytes

    def read(self, path: str) -> bytes:
        return self.data if normal_path(path) == self.path else self.files.read(path)

    def paths(self) -> tuple[str, ...]:
        return self.files.paths()


def revised(analysis: Analysis, edits: Iterable[Edit]) -> Analysis:
    """The project after edits of its Runefile, looked at again; edits of other files are left out."""
    own = [edit for edit in edits if edit.file == analysis.runefile]
    text = apply_edits(analysis.source.text, own)
    files = _Revision(analysis.files, normal_path(analysis.runefile), text.encode("utf-8", "surrogatepass"))
    checked_runefile = check(files, analysis.blocks, runefile=analysis.runefile, signatures=analysis.signatures)
    return replace(analysis, files=files, checked_runefile=checked_runefile)


@dataclass(frozen=True)
class _Piece:
    """A piece of the first text, from `start` to `end`; or `text`, which is new."""

    start: int
    end: int
    text: str | None = None

    @property
    def size(self) -> int:
        return self.end - self.start if self.text is None else len(self.text)

    def part(self, start: int, end: int) -> _Piece:
        if self.text is None:
            return _Piece(self.start + start, self.start + end)
        return _Piece(0, 0, self.text[start:end])


class Revisions:
    """The project after some changes of its Runefile, and how it came to be."""

    def __init__(self, analysis: Analysis) -> None:
        self._first = analysis
        self._pieces = [_Piece(0, len(analysis.source.text))]
        self._others: list[Edit] = []
        self._waiting: tuple[Edit, ...] = ()
        self._analysis = analysis

    @property
    def analysis(self) -> Analysis:
        """The project as it is now. It is only looked at again when that is asked."""
        if self._waiting:
            self._analysis, self._waiting = revised(self._analysis, self._waiting), ()
        return self._analysis

    def change(self, edits: Iterable[Edit]) -> None:
        """Makes edits of the text as it is now; those of other files are taken along."""
        new_edits = tuple(edits)
        own = sorted(
            (edit for edit in new_edits if edit.file == self._first.runefile), key=lambda edit: edit.span.start
        )
        self._others += [edit for edit in new_edits if edit.file != self._first.runefile]
        if own:
            self._pieces = list(self._cut(own, len(self.analysis.source.text)))
            self._waiting = tuple(own)

    def _cut(self, edits: list[Edit], length: int) -> Iterable[_Piece]:
        at = 0
        for edit in edits:
            yield from self._between(at, edit.span.start.offset)
            if edit.text:
                yield _Piece(0, 0, edit.text)
            at = edit.span.end.offset
        yield from self._between(at, length)

    def _between(self, start: int, end: int) -> Iterable[_Piece]:
        at = 0
        for piece in self._pieces:
            first, last = max(start - at, 0), min(end - at, piece.size)
            if first < last:
                yield piece.part(first, last)
            at += piece.size

    def edits(self) -> tuple[Edit, ...]:
        """All changes so far, as edits of the first text."""
        splices = []
        at, new = 0, ""
        for piece in (*self._pieces, _Piece(len(self._first.source.text), len(self._first.source.text))):
            if piece.text is not None:
                new += piece.text
                continue
            if new or piece.start > at:
                splices.append(Splice(at, piece.start, new))
            at, new = piece.end, ""
        return (*as_edits(splices, self._first.source), *self._others)
