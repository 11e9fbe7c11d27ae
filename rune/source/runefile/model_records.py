"""The record of a conversion beside a model file: its name, and whether the ranges of the model are a guess."""

from __future__ import annotations

import json
from typing import Final

from rune.digests import digest_of
from rune.project.files import FileError, ProjectFiles
from rune.source.runefile.codes import Code
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.syntax import StageSyntax
from rune.wording import quoted

RECORD_SUFFIX: Final = ".provenance.json"
"""The end of the name of the record beside a model file."""
_ADVICE: Final = (
    "Random numbers are not what the model will read, so its answers may be wrong although its arithmetic is verified.",
    "Convert it again with recordings: `rune convert --samples FOLDER`, or with the samples of the project.",
)


def record_path(model: str) -> str:
    """The path of the record of a model file."""
    return model.removesuffix(".tflite") + RECORD_SUFFIX


def has_guessed_ranges(files: ProjectFiles, model: str) -> bool:
    """Returns whether the record of a model file says that its ranges were measured on random numbers. A record of
    other bytes says nothing; where the bytes cannot be read, as in a browser, the record is believed."""
    try:
        record = json.loads(files.read(record_path(model)))
    except (FileError, ValueError, RecursionError):
        return False
    samples = record.get("samples") if isinstance(record, dict) else None
    if not isinstance(samples, dict) or samples.get("is_guess") is not True:
        return False
    try:
        return bool(record.get("digest") == digest_of(files.read(model)))
    except FileError:
        return True


def guess_sentence(model: str) -> str:
    """Says that the ranges of a model file are a guess."""
    return f"The ranges of the model {quoted(model)} were measured on random numbers"


def warn_of_guess(stage: StageSyntax, model: str, files: ProjectFiles, report: DiagnosticReport) -> None:
    """Warns at a stage whose model file was converted on random numbers."""
    if has_guessed_ranges(files, model):
        report.warning(Code.GUESSED_RANGES, guess_sentence(model), stage.target.span, _ADVICE)
