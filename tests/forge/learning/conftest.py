"""Fixtures that the tests of conversions and of searches share: jobs run when a test says so."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import nullcontext

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.compute.pool.compiler import Compiler
from forge.learning.conversions import actions
from forge.learning.conversions.running import counting, job, making
from forge.learning.lab_jobs import queue as lab_queue
from forge.projects.models import Project
from tests.forge.learning import remembered_lab
from tests.support.forge.factories.training import motion_version


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch, compiler: Compiler) -> Iterator[None]:
    """Nobody is woken, and the process that counts stays from test to test. New files are the server's alone."""
    monkeypatch.setattr(lab_queue, "notify_workers", lambda capability: None)
    monkeypatch.setattr("forge.jobs.actions.notify_workers", lambda capability: None)
    run = job.run_conversion_job
    monkeypatch.setitem(vars(job.CONVERSION), "execute", lambda context: run(context, lambda: nullcontext(compiler)))
    before = os.umask(0o077)
    yield
    os.umask(before)


@pytest.fixture
def few_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two forms, counted on one core. What was converted and counted before is not again."""
    monkeypatch.setattr(making, "ask_lab", remembered_lab.ask_lab)
    monkeypatch.setattr(counting, "_count", remembered_lab.count_form)
    monkeypatch.setattr(job, "OTHER_FORMS", ())
    monkeypatch.setattr(job, "TENSORFLOW_FORMS", ())
    monkeypatch.setattr(actions, "DEFAULT_BOARDS", ("raspberry-pi-pico",))


@pytest.fixture
def nobody_wakes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs of searches and of training run when a test says so."""
    monkeypatch.setattr(lab_queue, "notify_workers", lambda capability: None)
    monkeypatch.setattr("forge.jobs.actions.notify_workers", lambda capability: None)


@pytest.fixture
def searcher(client: Client, project: Project, user: User, nobody_wakes: None) -> Client:
    """A client of somebody whose project has a version of data to search on."""
    motion_version(user, project)
    return client
