"""Builds without a queue: tests call what a wake-up would."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest

from forge.builds import actions, registrations
from forge.builds.actions import request_build
from forge.builds.models import Build
from forge.builds.previews import actions as preview_actions
from forge.builds.previews.notify import Debounce
from forge.compute.pool.compiler import Compiler
from forge.core.events import log as event_log
from forge.core.events.delivery import group_of
from forge.jobs.models import JobState
from tests.support.forge.factories.builds import run_job, take_job


class WakeUps:
    """The wake-ups that would have been sent to a queue."""

    def __init__(self) -> None:
        self.builds = 0
        self.previews: list[Any] = []


@pytest.fixture(autouse=True)
def wakes(monkeypatch: pytest.MonkeyPatch) -> WakeUps:
    """Counts wake-ups, and lets none of them start anything beside a test."""
    wake_ups = WakeUps()

    def wake() -> None:
        wake_ups.builds += 1

    class Counting(Debounce):
        def touch(self, key: Any) -> None:
            wake_ups.previews.append(key)

    monkeypatch.setattr(actions, "notify_workers", wake)
    for module in (preview_actions, registrations):
        monkeypatch.setattr(module, "previews", Counting(lambda key: None))
    return wake_ups


@pytest.fixture
def stopping() -> threading.Event:
    return threading.Event()


@pytest.fixture
def work(stopping: threading.Event, compiler: Compiler) -> Callable[[Build], Build]:
    """Does a build as a worker does, in the process that all tests share, and reads it again."""

    def worked(build: Build) -> Build:
        run_job(take_job(), lambda: nullcontext(compiler), stopping=stopping)
        # Its packages, which wait for it.
        for _ in range(build.packages.filter(job__state=JobState.QUEUED).count()):
            run_job(take_job(), lambda: nullcontext(compiler), stopping=stopping)
        build.refresh_from_db()
        return build

    return worked


@pytest.fixture
def build(project: Any, developer: Any) -> Build:
    """A build that waits."""
    return request_build(developer, project)


def log_of(build: Build) -> str:
    return "\n".join(build.log.values_list("text", flat=True))


def events_of(project: Any, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The events that sockets get of the project from now on."""
    events: list[dict[str, Any]] = []

    def deliver(group: str, message: dict[str, Any]) -> None:
        if group == group_of(project.stream):
            events.append(message["event"])

    monkeypatch.setattr(event_log, "deliver", deliver)
    return events
