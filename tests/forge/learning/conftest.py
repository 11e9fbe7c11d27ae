"""Fixtures that the tests of conversions share: a worker that does its jobs when a test says so."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from forge.compute.pool.compiler import Compiler
from forge.learning.conversions import actions, job
from forge.learning.environments import actions as environments


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch, compiler: Compiler) -> Iterator[None]:
    """Nobody is woken, and the process that counts stays from test to test. New files are the server's alone."""
    monkeypatch.setattr(actions, "notify_workers", lambda capability: None)
    monkeypatch.setattr(environments, "notify_workers", lambda capability: None)
    run = job.run_conversion_job
    monkeypatch.setitem(vars(job.CONVERSION), "execute", lambda context: run(context, lambda: nullcontext(compiler)))
    before = os.umask(0o077)
    yield
    os.umask(before)


@pytest.fixture
def few_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two forms, counted on one core."""
    monkeypatch.setattr(job, "OTHER_FORMS", ())
    monkeypatch.setattr(actions, "DEFAULT_BOARDS", ("raspberry-pi-pico",))
