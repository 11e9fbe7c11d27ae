"""The tests that belong to a build: those of the project's own blocks that the pipeline runs.

Any other `*_test.py` of a project may be a test of something else, such as its training scripts.
"""

from __future__ import annotations

from rune.project.files import ProjectFiles
from rune.pyblock.testing.names import block_of_tests
from rune.source.runefile.blocks.python_blocks import python_file
from rune.source.runefile.blocks.test_files import find_test_files
from rune.source.runefile.find import runefile_in
from rune.source.runefile.parsing.decoding import read_runefile
from rune.source.runefile.parsing.parse import parse
from rune.source.runefile.parsing.text_form import compose_text, is_text_form
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.source import SourceText
from rune.source.runefile.syntax import RunefileForm, StageKind
from rune.source.runefile.yaml.compose import compose


def pipeline_tests(files: ProjectFiles, runefile: str | None = None) -> tuple[str, ...]:
    """Returns the test files of the blocks that the pipeline runs, in the project's order.

    Without `runefile` the project's own is read. A Runefile that cannot be read runs no blocks.
    """
    test_files = find_test_files(files)
    if not test_files:
        return ()
    blocks = _own_blocks(files, runefile or runefile_in(files))
    return tuple(path for path in test_files if block_of_tests(path) in blocks)


def _own_blocks(files: ProjectFiles, runefile: str) -> frozenset[str | None]:
    """The files of the project's own blocks that the stages of a Runefile name."""
    report = DiagnosticReport(runefile)
    text = read_runefile(files, runefile, report)
    if text is None:
        return frozenset()
    source = SourceText(runefile, text)
    report.source, report.form = source, RunefileForm.TEXT if is_text_form(text) else RunefileForm.YAML
    document = (compose_text if report.form is RunefileForm.TEXT else compose)(source, report)
    stages = parse(document, source.span(0, 0), report).stages
    return frozenset(python_file(stage.target.text) for stage in stages if stage.kind is StageKind.BLOCK)
