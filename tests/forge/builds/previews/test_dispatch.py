"""The slot of previews: a build never holds one up, and a long one of an organisation none of another."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from forge.accounts.models import Organisation
from forge.builds.previews import dispatch
from forge.builds.previews.dispatch import PreviewSlots
from forge.builds.previews.superseding import PreviewWork
from forge.compute.pool.compiler import Compiler
from forge.compute.scheduler.compute_pace import PaceNow
from forge.jobs.workers.slots import JobSlots
from forge.projects.actions import write_file
from forge.projects.models import Project
from tests.support.forge.compilers import warm
from tests.support.forge.waiting_jobs import ONE, WaitingJobs, in_thread
from tests.support.patience import PATIENCE


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_preview_does_not_wait_behind_a_numbered_build(
    project: Any, compiler: Compiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = WaitingJobs(monkeypatch, ONE)
    busy = in_thread(JobSlots(1, ("build",), threading.Event()).work)
    assert waiting.begun.acquire(timeout=PATIENCE)
    PreviewSlots(threading.Event(), warm(lambda: compiler)).work(project.pk)
    assert project.previews.get().state == "ready"
    assert busy.is_alive()
    waiting.go_on.release()
    busy.join(PATIENCE)


@pytest.mark.slow
@pytest.mark.django_db
def test_a_preview_that_fails_in_us_leaves_the_slot_free(
    project: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    calls: list[Any] = []

    def refresh(project_id: Any, *others: Any) -> None:
        calls.append(project_id)
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(dispatch, "refresh_previews", refresh)
    slot = PreviewSlots(threading.Event(), warm(lambda: Compiler(Path())))
    slot.work(project.pk)
    slot.work(project.pk)
    assert len(calls) == 2
    assert "stopped in the middle" in caplog.text


@pytest.mark.protects("availability/long-builds")
@pytest.mark.django_db(transaction=True)
def test_a_preview_of_another_organisation_begins_while_a_long_one_is_made(
    project: Any, stranger: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    organisation = Organisation.objects.get(name="other")
    short = Project.objects.create(organisation=organisation, name="short", created_by=stranger)
    is_built = threading.Event()

    def refresh(project_id: Any, compiler: Any, stopping: Any, pace: PaceNow, work: Any) -> None:
        if project_id == short.pk:
            is_built.set()
        else:
            assert is_built.wait(PATIENCE)

    monkeypatch.setattr(dispatch, "refresh_previews", refresh)
    # One message that names both: neither waits for the other.
    PreviewSlots(threading.Event(), warm(lambda: Compiler(Path()))).work(project.pk, short.pk)
    assert is_built.is_set()


@pytest.mark.django_db(transaction=True)
def test_a_newer_text_ends_the_work_on_an_older_one_and_a_question_does_not(
    project: Any, developer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Attempt:
        def __init__(self) -> None:
            self.event = threading.Event()

        def cancel(self) -> None:
            self.event.set()

    semaphore, attempts = threading.Semaphore(0), list[Attempt]()

    def refresh(project_id: Any, compiler: Any, stopping: Any, pace: PaceNow, work: PreviewWork) -> None:
        sequence = Project.objects.get(pk=project_id).sequence
        attempt = Attempt()
        attempts.append(attempt)
        if len(attempts) == 1:
            with work.of_text(attempt, sequence):
                semaphore.release()
                assert attempt.event.wait(PATIENCE)
            with work.of_tests(attempt):
                pass

    monkeypatch.setattr(dispatch, "refresh_previews", refresh)
    slots = PreviewSlots(threading.Event(), warm(lambda: Compiler(Path())))
    busy = in_thread(lambda: slots.work(project.pk))
    assert semaphore.acquire(timeout=PATIENCE)
    slots.work(project.pk)
    assert not attempts[0].event.is_set()
    write_file(developer, project, "notes.txt", b"newer")
    slots.work(project.pk)
    busy.join(PATIENCE)
    # Both requests came while it was at work: it looks once more.
    assert len(attempts) == 2
    assert attempts[0].event.is_set()


def test_tests_give_way_to_every_request() -> None:
    class CancelCounter:
        cancelled = 0

        def cancel(self) -> None:
            self.cancelled += 1

    work, compiler = PreviewWork(), CancelCounter()
    work.supersede(9)
    with work.of_tests(compiler):
        work.supersede(0)
    work.supersede(9)
    assert compiler.cancelled == 1


@pytest.mark.django_db(transaction=True)
def test_a_project_that_is_waited_for_twice_is_made_once(
    project: Any, compiler: Compiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[UUID] = []

    def refresh(project_id: UUID, *others: Any) -> None:
        calls.append(project_id)
        if len(calls) == 1:
            # While the first is at work, others wake the slots: they return at once and their wish is kept.
            slots.work(project.pk)
            slots.work(project.pk)

    monkeypatch.setattr(dispatch, "refresh_previews", refresh)
    slots = PreviewSlots(threading.Event(), warm(lambda: compiler))
    slots.work(project.pk)
    assert calls == [project.pk] * 2
