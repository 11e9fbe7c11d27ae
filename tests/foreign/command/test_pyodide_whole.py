"""All tests of the language in the Python of browsers, those of many made-up files too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.foreign.command.test_pyodide import WHOLE, assert_passed, run_in_pyodide

pytestmark = pytest.mark.proof


def test_all_tests_of_the_language_pass_in_pyodide(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    report, output = run_in_pyodide(tmp_path, WHOLE, timeout=900)
    assert_passed(report, output)
    record_property("tests", report.passed)
    record_property("python", report.python.split()[0])
