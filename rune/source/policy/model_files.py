"""Compares the model files of a project with what its `forge.yml` says of them, by the records of their conversions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final

from rune.digests import digest_of
from rune.project.files import FileError, FileMissing, ProjectFiles
from rune.source.policy.read import POLICY_FILE
from rune.source.policy.sections.models import ModelSource
from rune.source.runefile.codes import Code
from rune.source.runefile.diagnostics import Diagnostic, Position, Severity, Span
from rune.source.runefile.model_records import record_path
from rune.wording import quoted

RUNE_OF_RUN: Final = "trained.rune"
"""The file of a training run with the rune that was judged. It is never a file of the project."""
_ADVICE: Final = "Run `rune convert` in the project's folder."
_ADVICE_WITHOUT_SOURCE: Final = f"Put the source file there, or correct `source:` in {POLICY_FILE}."

DigestOf = Callable[[str], str]
"""Returns the SHA-256 of a file as `sha256:...`. Raises `FileError`."""


def model_problem(files: ProjectFiles, model: ModelSource, digest_of: DigestOf | None = None) -> str | None:
    """Returns why a model file has to be converted again, or None if it is as its `forge.yml` says.

    Where digests are known, `digest_of` returns them, and only the record is read. Raises `FileError`.
    """
    digest_of = digest_of or partial(_digest, files)
    source = _source_digest(model, digest_of)
    if source is None:
        return f"The source {quoted(model.source)} of {quoted(model.path)} is missing"
    try:
        digest = digest_of(model.path)
        record = json.loads(files.read(record_path(model.path)))
    except FileMissing as error:
        if error.path == model.path:
            return f"{quoted(model.path)} has not been converted from {quoted(model.source)} yet"
        return f"{quoted(model.path)} has no record of its conversion"
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, dict) or not isinstance(record.get("source"), dict):
        return f"The record of {quoted(model.path)} cannot be read"
    return _difference(record, model, digest, source)


def _difference(record: dict[str, Any], model: ModelSource, digest: str, source: str) -> str | None:
    if record.get("digest") != digest:
        return f"{quoted(model.path)} is not the file that its conversion wrote"
    if record["source"].get("digest") != source:
        return f"{quoted(model.source)} has changed since {quoted(model.path)} was converted from it"
    if record.get("settings") != model.settings():
        return f"{quoted(model.path)} was converted with other settings"
    return None


def check_models(
    files: ProjectFiles, models: Iterable[ModelSource], digest_of: DigestOf | None = None, advice: str = _ADVICE
) -> tuple[Diagnostic, ...]:
    """A warning for each model file that is not as the `forge.yml` says, with what to do about it.

    `advice` is that for a model whose source is there.
    """
    digest_of = digest_of or partial(_digest, files)
    start = Position(0, 1, 1)
    warnings = []
    for model in models:
        note = advice
        try:
            problem = model_problem(files, model, digest_of)
            if problem is not None and _source_digest(model, digest_of) is None:
                note = _ADVICE_WITHOUT_SOURCE
        except FileError as error:
            problem = f"Unable to read {quoted(error.path)}: {error.reason}"
        if problem is not None:
            span = model.span or Span(start, start)
            code = Code.OUTDATED_MODEL.value
            warnings.append(Diagnostic(Severity.WARNING, code, problem, POLICY_FILE, span, (note,), ()))
    return tuple(warnings)


def _source_digest(model: ModelSource, digest_of: DigestOf) -> str | None:
    """The digest of a model's source; None where there is no such file. Raises `FileError`."""
    try:
        return digest_of(model.source)
    except FileMissing:
        return None


def _digest(files: ProjectFiles, path: str) -> str:
    return digest_of(files.read(path))
