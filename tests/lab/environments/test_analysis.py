"""The libraries that compare, quantise and search are in an environment of their own, and work from there."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from rune.environments import analysis
from rune.environments.analysis import (
    ANALYSIS,
    CLEANLAB,
    FASTPARQUET,
    OPTUNA,
    QUANTISER,
    SCIKIT_LEARN,
    analysis_python,
    missing_analysis,
    require_environments,
)
from rune.environments.environment import FOLDER_VARIABLE, READY, EnvironmentNeeded
from rune.isolation.toolchain_files import toolchain_access
from tests.conftest import REPOSITORY

WORK = [sys.executable, "-m", "tests.lab.environments.analysis_work"]
SERVER = """\
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "forge.settings"
import forge.asgi
from django.urls import get_resolver
get_resolver().url_patterns
from forge.celery import app
print(*{name.partition(".")[0] for name in sys.modules})
"""


@pytest.fixture
def environments(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder of environments of a program whose extras were not installed."""
    monkeypatch.setattr(analysis, "find_spec", lambda _: None)
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    return tmp_path


def test_what_is_missing_is_named_with_its_size_and_the_command(environments: Path) -> None:
    with pytest.raises(EnvironmentNeeded) as error:
        analysis_python(QUANTISER)
    assert ANALYSIS.size_text in str(error.value)
    assert "`python -m lab.environments prepare analysis`" in str(error.value)
    assert missing_analysis(OPTUNA) == (ANALYSIS,)


def test_a_prepared_environment_is_used_and_an_extra_comes_first(
    environments: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ANALYSIS.folder.mkdir(parents=True)
    (ANALYSIS.folder / READY).write_text("{}")
    assert analysis_python(CLEANLAB) == ANALYSIS.python
    require_environments(None, CLEANLAB, SCIKIT_LEARN)
    monkeypatch.setattr(analysis, "find_spec", lambda _: object())
    assert analysis_python(CLEANLAB) == Path(sys.executable)


def test_a_process_that_was_confined_before_may_read_what_is_prepared_later(environments: Path) -> None:
    ANALYSIS.place.mkdir()
    assert ANALYSIS.folder.parent == ANALYSIS.place
    assert str(ANALYSIS.place) in toolchain_access([]).readable
    # Beside it are checkpoints of people and other environments.
    assert not any(
        Path(each) in (environments, *environments.parents) for each in toolchain_access([]).readable if each != "/"
    )


def test_the_environment_has_what_the_extra_installs() -> None:
    extras = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    names = ("analysis", "learn", "search", "quantize")
    requirements = {each for name in names for each in extras[name] if not each.startswith("hammer-forge")}
    source = ANALYSIS.lock.with_suffix(".in").read_text("utf-8").split()
    assert requirements == {each for each in source if not each.startswith("ai-edge-litert")}
    lock = ANALYSIS.lock.read_text("utf-8")
    modules = {SCIKIT_LEARN: "scikit-learn", QUANTISER: "ai-edge-quantizer"}
    for module in (CLEANLAB, FASTPARQUET, OPTUNA, QUANTISER, SCIKIT_LEARN):
        assert f"\n{modules.get(module, module)}==" in lock


@pytest.mark.slow
def test_no_process_of_the_server_loads_these_libraries() -> None:
    process = subprocess.run([sys.executable, "-c", SERVER], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    modules = set(process.stdout.split())
    assert "forge" in modules
    libraries = {"pandas", "scipy", "sklearn", "cleanlab", "fastparquet", "optuna", "sqlalchemy", "ai_edge_quantizer"}
    assert not modules & libraries


@pytest.mark.slow
@pytest.mark.skipif(not ANALYSIS.is_ready, reason="needs the environment analysis, which `make lab` prepares")
def test_all_of_it_works_without_the_libraries_beside_the_program() -> None:
    process = subprocess.run(WORK, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert not process.returncode, process.stderr[-2000:]
    work = json.loads(process.stdout.splitlines()[-1])
    assert work["loaded"] == []
    assert 6 in work["suspects"]
    assert work["parquet"] == [[1, "ring", "train", "group-1", 1, 2, 3], [1, "ring", "train", "group-1", 4, 5, 6]]
    assert work["candidate"]["filters"] in (4, 8, 16)
    whole, conversion, candidate = work["sizes"]
    assert max(conversion, candidate) < whole / 2
