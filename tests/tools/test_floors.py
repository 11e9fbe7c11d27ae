"""The floors of the imports: every package has one, or the check fails."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
LINT = Path(sys.executable).with_name("lint-imports")


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The Python files of both packages, and the contracts."""
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    for package in ("rune", "forge"):
        for source in (REPOSITORY / package).rglob("*.py"):
            target = tmp_path / source.relative_to(REPOSITORY)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    return tmp_path


def floors_of(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(LINT), "--no-logo", "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_a_package_without_a_floor_is_refused_by_its_name(copied: Path) -> None:
    for container in ("rune", "forge"):
        (copied / container / "unplaced").mkdir()
        (copied / container / "unplaced" / "__init__.py").write_text("")
    checked = floors_of(copied)
    assert checked.returncode == 1
    assert "- rune.unplaced" in checked.stdout
    assert "- forge.unplaced" in checked.stdout


def test_an_import_that_goes_up_is_refused(copied: Path) -> None:
    (copied / "forge/core/audit/entries.py").write_text("from forge.builds import models\n")
    (copied / "forge/compute/child/main.py").write_text("import django\n")
    checked = floors_of(copied)
    assert checked.returncode == 1
    assert "forge.core.audit.entries -> forge.builds.models" in checked.stdout
    assert "forge.compute.child.main -> django" in checked.stdout
