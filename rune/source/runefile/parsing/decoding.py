"""Decodes a Runefile's bytes to text. It refuses large files by size, and says what bytes that are not text may be."""

from __future__ import annotations

from rune.project.files import FileError, FileMissing, ProjectFiles, SizedFiles
from rune.project.runefile import MAX_RUNEFILE_SIZE
from rune.source.runefile.codes import Code
from rune.source.runefile.diagnostics import Position, Span
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.source import SourceText
from rune.wording import plain, quoted, size_text


def read_runefile(files: ProjectFiles, runefile: str, report: DiagnosticReport) -> str | None:
    """The Runefile's text; None when it was reported."""
    start = Span(Position(0, 1, 1), Position(0, 1, 1))
    try:
        size = files.size(runefile) if isinstance(files, SizedFiles) else 0
        # A file that is too large is not even read where its size is known before.
        data = files.read(runefile) if size <= MAX_RUNEFILE_SIZE else b""
    except FileError as error:
        notes = ["`rune new` starts a project with a Runefile."] if isinstance(error, FileMissing) else []
        message = f"Unable to read {quoted(runefile)}: {plain(error.reason, 300)}"
        report.error(Code.RUNEFILE_MISSING, message, start, notes)
        return None
    if max(size, len(data)) > MAX_RUNEFILE_SIZE:
        message = (
            f"The Runefile has {size_text(max(size, len(data)))}, more than the limit of {size_text(MAX_RUNEFILE_SIZE)}"
        )
        report.error(Code.TOO_LARGE, message, start, ["Put long texts into files and name them as resources."])
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        span = SourceText(runefile, before).span(len(before), len(before))
        message = f"The Runefile is not UTF-8 text: byte {error.start} (0x{data[error.start]:02x}) does not fit"
        report.error(Code.NOT_TEXT, message, span, [_what_it_may_be(data)])
        return None


def _what_it_may_be(data: bytes) -> str:
    """Returns the advice for bytes that are no UTF-8."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "It is saved as UTF-16. Save it as UTF-8."
    if data.startswith(b"PK"):
        return "It is a zip: perhaps a zune, the form of Rune's last versions. `rune inspect` shows what is in it."
    if data.startswith(b"\0asm"):
        return "It is a rune that was built already. `rune inspect` shows what is in it."
    return "Save it as UTF-8."
