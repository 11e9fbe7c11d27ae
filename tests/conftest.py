"""Fixtures for every test: the data that is not part of the project."""

from __future__ import annotations

import gc
import inspect
import os
import signal
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

REPOSITORY = Path(__file__).resolve().parent.parent

# Made-up examples are the same in each run, and a slow one on a busy machine is no failure.
settings.register_profile(
    "same", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("same")

# jsonschema makes a parser of iris for itself, which takes longer than the import of Django; no schema of ours has one.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def pytest_configure() -> None:
    """A shell has programs in the background ignore interrupts, and so would all that the tests start and interrupt."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # While modules are imported and tests collected, nothing becomes garbage that is worth a look at all of it.
    gc.disable()


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: pytest.Collector, obj: object) -> list[pytest.Item] | None:
    """A test whose marks leave it out of the run is not made for each of its cases first."""
    expression = collector.config.option.markexpr
    terms = [] if " or " in expression else expression.split(" and ")
    marks = getattr(obj, "pytestmark", []) if inspect.isfunction(obj) else []
    return [] if any(f"not {mark.name}" in terms for mark in marks) else None


def pytest_collection_finish() -> None:
    """All that was imported stays to the end: the garbage collector need not look at it again after each test."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of data that tests may use where it is there: `FORGE_TEST_DATA`, by default `../shared`."""
    folder = Path(os.environ.get("FORGE_TEST_DATA", str(REPOSITORY.parent / "shared"))).resolve()
    if not folder.is_dir():
        pytest.skip(f"no test data in {folder}")
    return folder
