"""Says which tests each command runs, told by pytest itself on a file with one of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.test import selected_marks

FILE = """
import pytest

def test_quick(): pass

@pytest.mark.slow
def test_slow(): pass

@pytest.mark.proof
def test_proof(): pass

@pytest.mark.slow
@pytest.mark.proof
def test_slow_proof(): pass
"""


@pytest.mark.slow
@pytest.mark.parametrize(("with_slow", "names"), [(False, {"test_quick"}), (True, {"test_quick", "test_slow"})])
def test_neither_command_runs_a_proof_and_one_runs_the_slow(with_slow: bool, names: set[str], tmp_path: Path) -> None:
    selection: list[str] = []

    class Collector:
        def pytest_collection_finish(self, session: pytest.Session) -> None:
            selection.extend(item.name for item in session.items)

    (tmp_path / "test_each.py").write_text(FILE)
    options = [
        "-q",
        "-p",
        "no:cacheprovider",
        "-c",
        "/dev/null",
        "--rootdir",
        str(tmp_path),
        "--import-mode=importlib",
        "-p",
        "no:asyncio",
    ]
    pytest.main([*options, "--collect-only", "-m", selected_marks(with_slow=with_slow), str(tmp_path)], [Collector()])
    assert set(selection) == names
