"""Collecting what is wrong while a file is read and checked."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from difflib import get_close_matches

from rune.source.runefile.codes import Code
from rune.source.runefile.diagnostics import Diagnostic, Edit, Fix, Position, Severity, Span
from rune.source.runefile.source import SourceText
from rune.source.runefile.syntax import RunefileForm, legacy_type, written_type
from rune.tensor import TensorType
from rune.wording import LONGEST, plain, quoted

MAX_DIAGNOSTICS = 200
"""The maximum number of problems that are reported of one file: more would only slow down an editor."""
_MOST_CANDIDATES = 300
_MOST_SEARCHES = 50


class DiagnosticReport:
    """The diagnostics of one file. The work spent on finding similar names is bounded."""

    def __init__(self, file: str, form: RunefileForm = RunefileForm.YAML) -> None:
        self.file = file
        self.form = form
        """How the file is written, and so how its fixes are."""
        self.source: SourceText | None = None
        """The text, once it is read."""
        self._diagnostics: list[Diagnostic] = []
        self._errors = 0
        self._searches = 0

    def error(self, code: Code, message: str, span: Span, notes: Iterable[str] = (), fixes: Iterable[Fix] = ()) -> None:
        self._add(Severity.ERROR, code, message, span, notes, fixes)

    def warning(
        self, code: Code, message: str, span: Span, notes: Iterable[str] = (), fixes: Iterable[Fix] = ()
    ) -> None:
        self._add(Severity.WARNING, code, message, span, notes, fixes)

    def _add(
        self, severity: Severity, code: Code, message: str, span: Span, notes: Iterable[str], fixes: Iterable[Fix]
    ) -> None:
        self._errors += severity is Severity.ERROR
        self._diagnostics.append(Diagnostic(severity, code.value, message, self.file, span, tuple(notes), tuple(fixes)))

    def begin_message(self, since: int, codes: Collection[Code], start: str) -> None:
        """Begins with `start` the message of the first error under `codes` after the first `since` diagnostics."""
        values = {code.value for code in codes}
        for index, item in enumerate(self._diagnostics[since:], since):
            if item.severity is Severity.ERROR and item.code in values:
                text = item.message
                message = text if text.startswith(start) else start + text[:1].lower() + text[1:]
                self._diagnostics[index] = replace(item, message=message)
                return

    def misspelt(self, code: Code, span: Span, name: str, correct_name: str) -> None:
        """Warns of a name that only other compilers do not know."""
        message = f"{quoted(name)} is understood as {correct_name}, and other compilers stop at it"
        self.warning(code, message, span, fixes=[self.replace(span, correct_name)])

    def replace(self, span: Span, text: str, title: str | None = None) -> Fix:
        """The safe fix that writes `text` in place of what stands in `span`, with line breaks as the file has them."""
        return replace(self.guess(span, text, title), is_safe=True)

    def guess(self, span: Span, text: str, title: str | None = None) -> Fix:
        """The same where something else may be meant: it is offered, and never applied by itself."""
        replacement = text.replace("\n", "\r\n") if self.source is not None and "\r\n" in self.source.text else text
        return Fix(title or f"Change to {plain(text)}", (Edit(self.file, span, replacement),))

    def replace_name(self, span: Span, name: str, near: str, text: str | None = None) -> Fix:
        """The fix that writes `near`, or `text` for it: a guess, unless `name` differs in case, `-` and `_` alone."""
        is_same = _folded(name) == _folded(near)
        replacement = near if text is None else text
        return self.replace(span, replacement) if is_same else self.guess(span, replacement)

    def replace_type(self, span: Span, type_: TensorType) -> Fix:
        """The safe fix that declares the type which comes in any case."""
        return replace(self.guess_type(span, type_), is_safe=True)

    def guess_type(self, span: Span, type_: TensorType) -> Fix:
        """The fix that declares another type, where what it is compared with may be wrong as well."""
        replacement = legacy_type(type_) if self.form is RunefileForm.TEXT else written_type(type_)
        return self.guess(span, replacement, f"Change to {type_}")

    def replace_text(self, span: Span, text: str) -> Fix:
        """The safe fix that writes a text which YAML might read as something else."""
        replacement = text if self.form is RunefileForm.TEXT else json.dumps(text, ensure_ascii=False)
        return self.replace(span, replacement, f"Change to {plain(text)}")

    def remove(self, span: Span, title: str) -> tuple[Fix, ...]:
        """The fix that removes whole lines; none where something else stands in them. It is a guess: a text is lost."""
        if self.source is None or self.form is RunefileForm.TEXT:
            return ()
        text = self.source.text
        start, _ = self.source.line_bounds(span.start.line)
        _, end = self.source.line_bounds(span.end.line)
        is_alone = text[start : span.start.offset].strip() in ("", "-") and not text[span.end.offset : end].strip()
        if not is_alone:
            return ()
        if span.end.line < self.source.line_count:
            end, _ = self.source.line_bounds(span.end.line + 1)
        return (Fix(title, (Edit(self.file, self.source.span(start, end), ""),)),)

    def remove_item(self, items: Sequence[Span], index: int, title: str) -> tuple[Fix, ...]:
        """The safe fix that removes an item which says nothing, with its line or its comma.

        None where comments stand between.
        """
        if self.source is None or self.form is RunefileForm.TEXT:
            return ()
        item = items[index]
        before = items[index - 1].end if index > 0 else None
        behind = items[index + 1].start if index + 1 < len(items) else None
        if before is not None and self._is_comma(before, item.start):
            return (Fix(title, (Edit(self.file, Span(before, item.end), ""),), is_safe=True),)
        if before is None and behind is not None and self._is_comma(item.end, behind):
            return (Fix(title, (Edit(self.file, Span(item.start, behind), ""),), is_safe=True),)
        return tuple(replace(fix, is_safe=True) for fix in self.remove(item, title))

    def _is_comma(self, start: Position, end: Position) -> bool:
        return self.source is not None and self.source.text[start.offset : end.offset].strip() == ","

    def nearest(self, name: str, candidates: Iterable[str], *, likeness: float = 0.6) -> str | None:
        """The most similar candidate, or None; a `likeness` of 1 means equal names.

        One that differs in case, `-` and `_` alone comes first; where there are two of these, neither is meant more.
        """
        self._searches += 1
        if self._searches > _MOST_SEARCHES or len(name) > LONGEST:
            return None
        names = sorted({candidate for candidate in candidates if len(candidate) <= LONGEST})[:_MOST_CANDIDATES]
        folded_names = {_folded(candidate): candidate for candidate in names}
        same = [candidate for candidate in names if _folded(candidate) == _folded(name)]
        if same:
            return same[0] if len(same) == 1 else None
        matches = get_close_matches(_folded(name), folded_names, n=1, cutoff=likeness)
        return folded_names[matches[0]] if matches else None

    def suggestion(self, name: str, span: Span, candidates: Iterable[str]) -> tuple[tuple[str, ...], tuple[Fix, ...]]:
        """Notes and fixes of "did you mean"; both empty when nothing is near."""
        near = self.nearest(name, candidates)
        if near is None:
            return (), ()
        return (f"Did you mean `{plain(near)}`?",), (self.replace_name(span, name, near),)

    def forget(self, codes: Collection[Code], is_there: Callable[[int], bool] | None = None) -> None:
        """Drops what was said under these codes, or only at some offsets; the count of errors stays."""
        code_values = {code.value for code in codes}

        def is_dropped(item: Diagnostic) -> bool:
            return item.code in code_values and (is_there is None or is_there(item.span.start.offset))

        self._diagnostics = [item for item in self._diagnostics if not is_dropped(item)]

    @property
    def count(self) -> int:
        """How many diagnostics there are so far."""
        return len(self._diagnostics)

    @property
    def error_count(self) -> int:
        """How many errors there are so far."""
        return self._errors

    @property
    def has_errors(self) -> bool:
        return self._errors > 0

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """The diagnostics in the order of the text. Of very many the first are given, errors before warnings, and
        the last says so."""
        limited = self._diagnostics
        if len(limited) > MAX_DIAGNOSTICS:
            by_weight = sorted(limited, key=lambda item: (item.severity is not Severity.ERROR, item.span.start))
            limited = by_weight[:MAX_DIAGNOSTICS]
        sorted_diagnostics = sorted(limited, key=lambda item: (item.span.start, item.code, item.message))
        if len(limited) < len(self._diagnostics):
            note = f"There are {len(self._diagnostics) - len(limited)} more problems."
            sorted_diagnostics[-1] = replace(sorted_diagnostics[-1], notes=(*sorted_diagnostics[-1].notes, note))
        return tuple(sorted_diagnostics)


def _folded(name: str) -> str:
    return name.lower().replace("-", "_")
