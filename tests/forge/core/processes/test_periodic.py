"""Periodic work: each task at its time, by one process where one is enough, and none ends because it failed once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils import timezone

from forge.core.blobs.store import put_bytes
from forge.core.models import Blob, PeriodicRun
from forge.core.processes import periodic
from forge.core.processes.periodic import (
    PeriodicScheduler,
    PeriodicTask,
    RunsIn,
    claim,
    register,
    run_claimed,
    tasks,
)
from tests.support.patience import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = 3600.0


@pytest.fixture
def own_tasks(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, PeriodicTask]]:
    """No task but those that a test registers, which start at once."""
    monkeypatch.setattr(periodic, "START", 0.0)
    registry = dict(tasks)
    tasks.clear()
    yield tasks
    tasks.clear()
    tasks.update(registry)


@pytest.fixture
def scheduler() -> Iterator[PeriodicScheduler]:
    instance = PeriodicScheduler()
    yield instance
    instance.stop()


def task(
    action: Callable[[], None], every: float = HOUR, runs: RunsIn = RunsIn.ONE_WORKER, name: str = "it"
) -> PeriodicTask:
    return PeriodicTask(name, every, runs, "does it", action)


def listed(*arguments: str) -> str:
    out = StringIO()
    call_command("periodic", *arguments, stdout=out)
    return out.getvalue()


def fail() -> None:
    raise OSError("no space")


def test_the_command_lists_what_runs_where_and_how_often() -> None:
    lines = {line.split()[0]: line for line in listed().splitlines()[1:]}
    assert set(lines) == set(tasks)
    assert {"blobs", "strays", "jobs", "audit", "audit-chain", "sessions", "device-codes", "phones"} <= set(lines)
    assert " ".join(lines["blobs"].split()).startswith(f"blobs 10 min {RunsIn.ONE_WORKER} never removes stored bytes")
    assert " ".join(lines["jobs"].split()).startswith(f"jobs 2 s {RunsIn.EACH_WORKER} not recorded queues jobs again")


def test_two_tasks_of_one_name_are_refused(own_tasks: dict[str, PeriodicTask]) -> None:
    register(task(fail))
    with pytest.raises(ValueError, match="two periodic tasks have the name it"):
        register(task(fail, HOUR, RunsIn.EACH_SERVER))
    assert len(own_tasks) == 1


def test_the_command_does_the_task_that_is_named() -> None:
    left = put_bytes(b"left by somebody")
    Blob.objects.update(put_at=timezone.now() - timedelta(hours=2))
    assert listed("blobs") == "blobs is done.\n"
    assert not Blob.objects.filter(pk=left.digest).exists()
    with pytest.raises(CommandError, match=r"There is no periodic task 'sing'. There are: .*blobs"):
        listed("sing")


def test_sessions_that_expired_are_deleted_and_others_stay() -> None:
    for key, days in (("old", -1), ("new", 1)):
        Session.objects.create(session_key=key, session_data="", expire_date=timezone.now() + timedelta(days=days))
    assert listed("sessions") == "sessions is done.\n"
    assert [session.session_key for session in Session.objects.all()] == ["new"]


def test_of_many_processes_that_see_it_due_one_does_it() -> None:
    now, together = timezone.now(), threading.Barrier(4)
    won: list[bool] = []

    def process() -> None:
        together.wait(PATIENCE)
        won.append(claim(task(fail), now)[0] is not None)
        connections.close_all()

    PeriodicRun.objects.create(name="it", due=now)
    threads = [threading.Thread(target=process) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert sorted(won) == [False, False, False, True]


def test_what_a_dead_process_began_is_done_again_after_one_period() -> None:
    now = timezone.now()
    due = now + timedelta(seconds=HOUR)
    assert claim(task(fail), now)[0] is not None
    assert claim(task(fail), now + timedelta(minutes=59)) == (None, due)
    assert claim(task(fail), due)[0] is not None


def test_what_failed_is_logged_shown_and_tried_again(
    own_tasks: dict[str, PeriodicTask], caplog: pytest.LogCaptureFixture
) -> None:
    entry = own_tasks["it"] = task(fail)
    assert run_claimed(entry) == HOUR
    assert "The periodic task it failed" in caplog.text
    run = PeriodicRun.objects.get(name="it")
    assert run.error == "OSError: no space"
    assert run.ended is not None
    assert "it failed the last time: OSError: no space" in listed()
    PeriodicRun.objects.update(due=timezone.now())
    runs: list[int] = []
    assert run_claimed(task(lambda: runs.append(1))) == HOUR
    assert runs == [1]
    assert PeriodicRun.objects.get(name="it").error == ""


def test_one_that_fails_keeps_no_other_from_its_time(
    own_tasks: dict[str, PeriodicTask], scheduler: PeriodicScheduler
) -> None:
    often, event = threading.Semaphore(0), threading.Event()
    for each in (
        task(fail, 0.0, RunsIn.EACH_SERVER, "a"),
        task(lambda: often.release(), 0.0, RunsIn.EACH_SERVER, "b"),
        task(fail, HOUR, RunsIn.ONE_WORKER, "c"),
        task(event.set, HOUR, RunsIn.ONE_WORKER, "d"),
    ):
        own_tasks[each.name] = each
    scheduler.start({RunsIn.EACH_SERVER, RunsIn.ONE_WORKER})
    assert all(often.acquire(timeout=PATIENCE) for _ in range(3))
    assert event.wait(PATIENCE)


def test_what_is_for_another_place_is_not_done_here(
    own_tasks: dict[str, PeriodicTask], scheduler: PeriodicScheduler
) -> None:
    calls: list[str] = []
    here = threading.Semaphore(0)
    own_tasks["here"] = task(here.release, 0.0, RunsIn.EACH_SERVER, "here")
    own_tasks["there"] = task(lambda: calls.append("there"), 0.0, RunsIn.EACH_WORKER, "there")
    scheduler.start({RunsIn.EACH_SERVER})
    assert all(here.acquire(timeout=PATIENCE) for _ in range(3))
    assert calls == []


def test_it_ends_at_once_however_long_the_period_is(
    own_tasks: dict[str, PeriodicTask], scheduler: PeriodicScheduler
) -> None:
    ran = threading.Event()
    own_tasks["it"] = task(ran.set, HOUR, RunsIn.EACH_SERVER)
    scheduler.start({RunsIn.EACH_SERVER})
    assert ran.wait(PATIENCE)
    (thread,) = scheduler._threads
    scheduler.stop()
    assert not thread.is_alive()


def test_a_process_that_lost_a_run_to_another_writes_nothing_about_it(own_tasks: dict[str, PeriodicTask]) -> None:
    def slow() -> None:
        lease, _ = claim(late, timezone.now() + timedelta(seconds=2 * HOUR))
        assert lease is not None
        lease.end(error="the other's", ended=timezone.now())

    late = own_tasks["it"] = task(slow)
    run_claimed(late)
    assert PeriodicRun.objects.get(name="it").error == "the other's"
