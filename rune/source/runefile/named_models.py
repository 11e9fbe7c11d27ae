"""The model files that a Runefile names. The text alone is read: no model, and no other file of the project."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from rune.project.files import FileNotInProject, normal_path
from rune.project.runefile import DEFAULT_RUNEFILE
from rune.source.runefile.parsing.parse import parse
from rune.source.runefile.parsing.text_form import compose_text, is_text_form
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.source import SourceText
from rune.source.runefile.syntax import RunefileSyntax, StageKind
from rune.source.runefile.yaml.compose import compose


def named_models(text: str) -> frozenset[str]:
    """The normal paths of the files that the model stages of a Runefile run, as far as its text can be read."""
    source, report = SourceText(DEFAULT_RUNEFILE, text), DiagnosticReport(DEFAULT_RUNEFILE)
    report.source = source
    tree = compose_text(source, report) if is_text_form(text) else compose(source, report)
    return frozenset(_files(parse(tree, source.span(0, 0), report)))


def _files(syntax: RunefileSyntax) -> Iterator[str]:
    resources = {each.name.text: each.path for each in syntax.resources}
    for stage in syntax.stages:
        if stage.kind is not StageKind.MODEL:
            continue
        name = stage.target.text.strip()
        path = resources.get(name[1:]) if name.startswith("$") else stage.target
        if path is not None:
            with suppress(FileNotInProject):
                yield normal_path(path.text.strip())
