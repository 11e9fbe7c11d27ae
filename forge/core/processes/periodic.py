"""Work that is done again and again: each app registers its own in `AppConfig.ready`, and one scheduler does it.

Quick work that concerns a process is done in each of them. The rest is done by one process of the installation at a
time: whichever leases the row, for one period, so a process that dies holds nothing up for longer than that. An action
may be ended in the middle with its process, and must bear that.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import close_old_connections, connections
from django.utils import timezone

from forge.core.database.leases import Lease, LeaseLost
from forge.core.database.wrong_clock import is_ahead
from forge.core.models import PeriodicRun

_log = logging.getLogger(__name__)

START = 2.0
"""Seconds before the first look at what one process does: the person who started the server waits for a page."""
END_LIMIT = 10.0
"""Seconds that the end waits for an action that is under way."""
ERROR_LIMIT = 500
"""Characters of an error that are kept."""
GAP = timedelta(days=7)
"""After so long without a run, either the server was off or its clock is wrong."""
HOLD = timedelta(days=1)
"""The time for which nothing is deleted after such a gap: an operator who sees that the clock is wrong has the time to
set it."""


class RunsIn(StrEnum):
    """The place where something is done."""

    EACH_SERVER = "every server process"
    EACH_WORKER = "every process that builds"
    ONE_WORKER = "one process that builds, at a time"


@dataclass(frozen=True)
class PeriodicTask:
    """Something that is done every so many seconds."""

    name: str
    every: float
    """Seconds from one start to the next; it is never started twice in one process at once."""
    runs: RunsIn
    purpose: str
    """A phrase for lists of tasks."""
    action: Callable[[], None]
    deletes_old: bool = False
    """True if it deletes for good what is old. It waits where the clock may be wrong."""


tasks: dict[str, PeriodicTask] = {}
"""All that was registered, by name."""


def register(task: PeriodicTask) -> None:
    """Adds a task. Raises `ValueError` where another one has its name, which would never be done."""
    if task.name in tasks:
        raise ValueError(f"two periodic tasks have the name {task.name}")
    tasks[task.name] = task


def run_once(task: PeriodicTask) -> str:
    """Does it now; what it raises is logged and returned as text, "" when all went well."""
    try:
        task.action()
    except Exception as error:
        _log.exception("The periodic task %s failed; it is tried again in %g seconds", task.name, task.every)
        return f"{type(error).__name__}: {error}"[:ERROR_LIMIT]
    return ""


def claim(task: PeriodicTask, now: datetime) -> tuple[Lease | None, datetime]:
    """Leases a run that is due, for one period. Returns the lease, or None, and when the next run is due.

    A run that a clock set for years ahead is due. After a gap, a task that deletes waits for a day.
    """
    row, _ = PeriodicRun.objects.get_or_create(name=task.name, defaults={"due": now})
    if row.due > now and not is_ahead(row.due, now):
        return None, row.due
    if task.deletes_old and row.started is not None and now - row.started > GAP:
        return None, _hold(task, row, now)
    next_due = now + timedelta(seconds=task.every)
    # Of several processes that see it due, one gets the lease.
    return Lease.take(PeriodicRun.objects.all(), row, next_due, due=next_due, started=now, ended=None), next_due


def _hold(task: PeriodicTask, row: PeriodicRun, now: datetime) -> datetime:
    """Puts a run off, and returns until when."""
    due = now + HOLD
    text = (
        f"The clock says {now:%Y-%m-%d %H:%M} UTC, {(now - row.started).days if row.started else 0} days after the "
        f"last run. Set the clock if it is wrong. Nothing is deleted before {due:%Y-%m-%d %H:%M} UTC."
    )
    if PeriodicRun.objects.filter(pk=row.pk, fence=row.fence).update(due=due, started=now, ended=now, error=text):
        _log.error("The periodic task %s waits. %s", task.name, text)
    return due


def run_claimed(task: PeriodicTask) -> float:
    """Does it if it is due and no other process took it; answers the seconds until the next look."""
    now = timezone.now()
    lease, due = claim(task, now)
    if lease is None:
        return max(1.0, min(task.every, (due - now).total_seconds()))
    error = run_once(task)
    try:
        lease.end(ended=timezone.now(), error=error)
    except LeaseLost:
        _log.warning("The periodic task %s took longer than its period; another process runs it again", task.name)
    return task.every


class PeriodicScheduler:
    """Two threads: one for quick work of this process, one for what one process does, which may take long."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self, places: Collection[RunsIn]) -> None:
        """Starts to do what is registered for these places; returns at once."""
        self._stopping.clear()
        own = [task for task in tasks.values() if task.runs in places and task.runs is not RunsIn.ONE_WORKER]
        shared_tasks = [task for task in tasks.values() if task.runs in places and task.runs is RunsIn.ONE_WORKER]
        for name, group, first in (("periodic", own, 0.0), ("periodic-shared", shared_tasks, START)):
            if group:
                thread = threading.Thread(target=self._run, args=(group, first), daemon=True, name=name)
                self._threads.append(thread)
                thread.start()

    def stop(self) -> None:
        """Ends it at once, or when the action that is under way ends."""
        self._stopping.set()
        threads, self._threads = self._threads, []
        for thread in threads:
            thread.join(END_LIMIT)

    def _run(self, group: list[PeriodicTask], first: float) -> None:
        due = {task.name: time.monotonic() + first for task in group}
        try:
            while not self._stopping.wait(max(0.0, min(due.values()) - time.monotonic())):
                close_old_connections()
                for task in group:
                    if self._stopping.is_set():
                        return
                    if due[task.name] <= time.monotonic():
                        due[task.name] = time.monotonic() + self._do(task)
        finally:
            connections.close_all()

    def _do(self, task: PeriodicTask) -> float:
        if task.runs is not RunsIn.ONE_WORKER:
            run_once(task)
            return task.every
        try:
            return run_claimed(task)
        except Exception:
            _log.exception("The database did not say whether the periodic task %s is due; it is asked again", task.name)
            return min(task.every, 60.0)


scheduler = PeriodicScheduler()
"""This process's."""
