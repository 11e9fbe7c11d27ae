"""The tests of the blocks that a project's pipeline runs, as a build runs them. Runs in the compiler's process.

Imports `rune` and never Django.
"""

from __future__ import annotations

from typing import Any

from rune.assessment.block_tests.running import run_block_tests
from rune.project.files import ProjectFiles
from rune.source.runefile import diagnostic_to_json
from rune.source.runefile.blocks.checked_tests import read_tests
from rune.source.runefile.pipeline_tests import pipeline_tests


def failed_tests(files: ProjectFiles) -> dict[str, Any]:
    """Returns the `problems` of the tests that fail; the check reports those that cannot run."""
    runnable = [path for path in pipeline_tests(files) if not read_tests(files, path).problems]
    report = run_block_tests(files, only=runnable)
    return {"problems": [diagnostic_to_json(each) for each in report.problems]}
