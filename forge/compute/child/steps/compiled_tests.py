"""The tests of one block of a project, compiled and run. Runs in the compiler's process, with limits on each test.

Imports `rune` and never Django.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rune.assessment.block_tests.running import TestOutcome, run_block_tests
from rune.project.files import ProjectFiles
from rune.source.runefile.blocks.test_files import find_test_files

_LONGEST = 500
"""Characters of what a failed test says."""


def run_compiled(files: ProjectFiles, path: str) -> dict[str, Any]:
    """The `tests` of a test file with what each found; `refused` is a sentence where there is no such file."""
    if path not in find_test_files(files):
        return {"refused": "There is no such test file beside a block any more."}
    report = run_block_tests(files, only=(path,))
    return {"tests": [_to_json(each) for each in report.outcomes], "milliseconds": report.milliseconds}


def _to_json(outcome: TestOutcome) -> dict[str, Any]:
    failure = outcome.problem
    problem = (
        None
        if failure is None
        else {"file": failure.file, "line": failure.span.start.line, "message": _failure_text(outcome)}
    )
    output = None if outcome.output is None else asdict(outcome.output)
    return {"name": outcome.name, "line": outcome.line, "problem": problem, "output": output}


def _failure_text(outcome: TestOutcome) -> str:
    message = "" if outcome.problem is None else outcome.problem.message
    return message.removeprefix(f"{outcome.name} failed: ")[:_LONGEST]
