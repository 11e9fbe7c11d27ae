"""An editor's requests to the server about a Runefile."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client

from benchmarks.language.checking import runefile
from forge.accounts.models import Organisation
from forge.compute import api
from forge.compute.errors import LanguageBusy
from forge.compute.pool.compiler import Compiler
from forge.compute.pool.language import MAX_WAITING_QUESTIONS, CompilerPool, language_pool
from forge.compute.scheduler.recent_usage import MOMENT, sharing
from forge.compute.scheduler.slots import Party, SlotScheduler
from forge.compute.workdir import workdir
from forge.projects.actions import write_file
from forge.projects.models import Project
from tests.forge.compute.test_compiler import priority_of
from tests.support.forge.compilers import BROKEN_RUNEFILE

pytestmark = pytest.mark.django_db(transaction=True)

SLOW = {"ask": "check", "files": {"Runefile.yml": {"text": runefile(1_000)}}}
"""A question of a tenth of a second and more."""
SINE = Path(__file__).parents[3] / "examples/sine/sine.tflite"


@pytest.fixture(scope="module", autouse=True)
def resting() -> Iterator[None]:
    yield
    language_pool.close()


def project_of(stranger: Any) -> Project:
    """A project of another organisation."""
    return Project.objects.create(organisation=Organisation.objects.get(name="other"), name="x", created_by=stranger)


def processes() -> set[Path]:
    """The folders of the compiler's processes."""
    return set(workdir().iterdir())


def address(project: Project) -> str:
    return f"/api/v1/projects/{project.organisation.name}/{project.name}/language"


def test_a_stored_runefile_is_checked(client: Any, developer: Any, project: Project) -> None:
    write_file(developer, project, "Runefile.yml", BROKEN_RUNEFILE)
    client.force_login(developer)
    body = client.post(address(project), {"ask": "check"}, content_type="application/json").json()
    assert [one["code"] for one in body["answer"]["diagnostics"]] == ["RUNE0021"]


@pytest.mark.slow
def test_a_text_that_is_not_stored_yet_goes_before_the_stored_one(
    client: Any, developer: Any, project: Project
) -> None:
    client.force_login(developer)
    request = {"ask": "check", "files": {"Runefile.yml": {"text": BROKEN_RUNEFILE.decode()}}}
    body = client.post(address(project), request, content_type="application/json").json()
    assert body["answer"]["has_errors"]
    assert not client.post(address(project), {"ask": "check"}, content_type="application/json").json()["answer"][
        "has_errors"
    ]


@pytest.mark.slow
def test_a_request_that_is_none_is_told_so(client: Any, developer: Any, project: Project) -> None:
    client.force_login(developer)
    response = client.post(address(project), {"ask": "sing"}, content_type="application/json")
    assert response.json()["error"]["name"] == "bad-request"
    assert client.post(address(project), [1], content_type="application/json").status_code == 400


@pytest.mark.slow
def test_questions_that_come_at_once_wait_for_one_process_to_start(developer: Any, project: Project) -> None:
    own, before = CompilerPool(), processes()

    def ask() -> None:
        own.answer(developer, project, {"ask": "check"})
        connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        # One that answered, and one that was started ahead for the next organisation.
        assert len(processes() - before) <= 2
    finally:
        own.close()


@pytest.mark.slow
@pytest.mark.parametrize("kills", [1, 2])
def test_a_question_whose_process_is_killed_before_it_is_read_is_answered_by_another_once(
    developer: Any, project: Project, monkeypatch: pytest.MonkeyPatch, kills: int
) -> None:
    own, pids = CompilerPool(), set[int]()
    start = Compiler.start

    def start_and_kill(self: Compiler) -> None:
        start(self)
        assert self.pid is not None
        if len(pids) < kills:
            pids.add(self.pid)
            os.kill(self.pid, signal.SIGKILL)

    monkeypatch.setattr(Compiler, "start", start_and_kill)
    try:
        if kills == 1:
            assert "answer" in own.answer(developer, project, {"ask": "check"})
        else:
            with pytest.raises(LanguageBusy, match="Try again"):
                own.answer(developer, project, {"ask": "check"})
        assert len(pids) == kills
    finally:
        own.close()


@pytest.mark.slow
@pytest.mark.protects("compiling/language-service")
def test_a_stranger_learns_nothing(client: Any, stranger: Any, project: Project) -> None:
    client.force_login(stranger)
    assert client.post(address(project), {"ask": "check"}, content_type="application/json").status_code == 404


@pytest.mark.slow
def test_a_model_is_known_by_what_goes_in_and_out(developer: Any, project: Project) -> None:
    own = CompilerPool()
    try:
        write_file(developer, project, "models/sine.tflite", SINE.read_bytes())
        text = "version: 1\nimage: x\npipeline:\n  m:\n    model: ./models/sine.tflite\n    inputs: [nothing]\n"
        request = {"ask": "hover", "offset": text.index("sine"), "files": {"Runefile.yml": {"text": text}}}
        body = own.answer(developer, project, request)
        assert "f32[1, 1]" in body["answer"]["text"]
    finally:
        own.close()


@pytest.mark.proof
@pytest.mark.protects("availability/slow-questions")
def test_slow_questions_of_one_organisation_keep_nobody_else_waiting(
    developer: Any, stranger: Any, project: Project
) -> None:
    own = CompilerPool()
    other = project_of(stranger)
    outcomes: list[str] = []

    def ask_slowly() -> None:
        try:
            outcomes.append("answered" if "answer" in own.answer(developer, project, SLOW) else "wrong")
        except LanguageBusy:  # theirs is not the turn for longer than they have patience, on a machine that is busy
            outcomes.append("busy")
        connections.close_all()

    try:
        for actor, subject in ((developer, project), (stranger, other)):
            own.answer(actor, subject, {"ask": "check"})  # its process is there
        # Together they compute for longer than the head start that a process that computes has.
        threads = [threading.Thread(target=ask_slowly) for _ in range(8)]
        for thread in threads:
            thread.start()
        while not own.scheduler.waiting(project.organisation_id):
            assert any(thread.is_alive() for thread in threads)
        assert "answer" in own.answer(stranger, other, {"ask": "check"})
        assert len(outcomes) < len(threads)
        for thread in threads:
            thread.join()
        assert len(outcomes) == len(threads)
        assert set(outcomes) <= {"answered", "busy"}
    finally:
        own.close()


@pytest.mark.proof
@pytest.mark.protects("availability/streams-of-questions")
def test_questions_of_who_computed_more_yield_while_a_build_of_another_organisation_computes(
    developer: Any, project: Project
) -> None:
    own = CompilerPool()
    builds = SlotScheduler(1, places=1, short=5, half_life=5, head_start=1, sharing=sharing)
    sharing._usage.add(project.organisation_id, 10 * MOMENT, time.monotonic())
    try:
        with builds.claim(Party(uuid4())):
            own.answer(developer, project, {"ask": "check"})
            (compiler,) = own._compilers._idle
            assert compiler.pid is not None
            assert priority_of(compiler.pid) == "10"
        own.answer(developer, project, {"ask": "check"})
        assert priority_of(compiler.pid) == "0"
    finally:
        own.close()


@pytest.mark.proof
@pytest.mark.protects("availability/slow-questions")
def test_an_organisation_that_asks_too_much_at_once_is_refused_and_nobody_else(
    developer: Any, stranger: Any, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = CompilerPool()
    monkeypatch.setattr(api, "language_pool", own)
    acme = project.organisation_id
    try:
        with ExitStack() as stack:
            for _ in range(1 + MAX_WAITING_QUESTIONS):
                stack.enter_context(own.scheduler.claim(Party(acme)))
            client = Client()
            client.force_login(developer, backend="allauth.account.auth_backends.AuthenticationBackend")
            response = client.post(address(project), {"ask": "check"}, content_type="application/json")
            assert (response.status_code, response["Retry-After"]) == (429, "1")
            assert "Try again in a moment" in response.json()["detail"]
            assert "answer" in own.answer(stranger, project_of(stranger), {"ask": "check"})
        assert client.post(address(project), {"ask": "check"}, content_type="application/json").status_code == 200
    finally:
        own.close()


@pytest.mark.slow
def test_a_summary_is_kept_for_the_organisation_whose_process_made_it() -> None:
    own = CompilerPool()
    files = {"Runefile.yml": {"digest": "sha256:0"}}
    one, other = uuid4(), uuid4()
    try:
        for organisation in (one, one, other):
            summary = own.summarise(organisation, files, {"Runefile.yml": BROKEN_RUNEFILE})
            assert summary["errors"] == 1
        compilers = own._compilers._idle
        assert [[compiler.is_of(one), compiler.is_of(other)] for compiler in compilers] == [
            [True, False],
            [False, True],
        ]
    finally:
        own.close()
