"""Decides whether a block can be published: its file and its tests, checked and run compiled, in the compiler's
process.

Imports `rune` and never Django.
"""

from __future__ import annotations

from typing import Any

from rune.assessment.block_tests.running import run_block_tests
from rune.project.files import FileError, ProjectFiles
from rune.pyblock.checking.block import check_file
from rune.pyblock.interface import interface_of
from rune.pyblock.testing.names import tests_of_block
from rune.source.runefile import Diagnostic, diagnostic_to_json
from rune.source.runefile.blocks.python_blocks import diagnostic_of
from rune.source.runefile.diagnostics import Severity
from rune.source.runefile.source import SourceText


def answer_publishable(files: ProjectFiles, path: str) -> dict[str, Any]:
    """The block's `name`, `summary` and `interface`, how many `tests` it has, and its `problems`, none where it can be
    published."""
    try:
        text = files.read(path).decode("utf-8-sig")
    except (FileError, UnicodeDecodeError) as error:
        return {"refused": f"Unable to read {path}: {error}"}
    check_result = check_file(path, text)
    source = SourceText(path, text)
    problems: list[Diagnostic] = [diagnostic_of(source, each, Severity.ERROR) for each in check_result.problems]
    tests = 0
    if not problems and tests_of_block(path) in files.paths():
        report = run_block_tests(files, only=[tests_of_block(path)])
        tests, problems = len(report.outcomes), [*problems, *report.problems]
    signature = check_result.signature
    return {
        "name": "" if signature is None else signature.name,
        "summary": "" if signature is None else signature.summary[:200],
        "interface": None if signature is None else interface_of(signature),
        "tests": tests,
        "problems": [diagnostic_to_json(each) for each in problems],
    }
