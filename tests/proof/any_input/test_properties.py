"""The properties of `make test`, each with many times as many examples."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.support.compiler.mutants import Recorder
from tests.support.properties import TIMES

pytestmark = pytest.mark.proof

MANY = 10


def test_every_property_holds_for_many_times_as_many_examples(tmp_path: Path, record_property: Recorder) -> None:
    report = tmp_path / "report.xml"
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:schemathesis", "-m", "hypothesis and not proof"]
    result = subprocess.run(
        [sys.executable, "-m", "pytest", *options, f"--junitxml={report}", "tests/rune", "tests/forge"],
        cwd=REPOSITORY,
        env=os.environ | {TIMES: str(MANY)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-8000:] + result.stderr[-2000:]
    count = len(list(ElementTree.parse(report).iter("testcase")))
    assert count > 20
    record_property("properties", count)
    record_property("times as many examples", MANY)
