"""The live preview: built when the text checks, kept when it does not, looked up when known, and pruned."""

from __future__ import annotations

import os
import signal
import threading
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from forge.builds.access import preview_of
from forge.builds.compiling.artefact_store import open_rune
from forge.builds.models import Artefact, ArtefactFile, Build, BuildTrigger, Preview, PreviewState
from forge.builds.previews import actions, recorder
from forge.builds.previews import leases as preview_leases
from forge.builds.previews import refresh as previews
from forge.builds.previews.leases import LEASE, PreviewLease, end_leases, is_leased
from forge.builds.previews.refresh import refresh_previews
from forge.builds.serializers.previews import preview_to_json
from forge.compute.pool.compiler import Compiler
from forge.compute.pool.toolchain import TOOLCHAIN
from forge.core.blobs.store import blob_path
from forge.core.models import Blob, BlobLink, Event
from forge.core.processes.periodic import run_once, tasks
from forge.projects.actions import write_file
from forge.projects.models import Project, Version
from tests.forge.builds.conftest import WakeUps, events_of
from tests.support.forge.compilers import BROKEN_RUNEFILE
from tests.support.forge.factories.members import RUNEFILE

pytestmark = pytest.mark.django_db(transaction=True)


def refresh(project: Project, compiler: Compiler) -> Preview:
    refresh_previews(project.pk, compiler, threading.Event())
    preview = preview_of(project)
    assert preview is not None
    return preview


def edit(user: Any, project: Project, text: str) -> None:
    write_file(user, project, "Runefile.yml", text.encode())
    project.refresh_from_db()


def is_stored(digest: str) -> bool:
    place = blob_path(digest)
    return place is not None and place.exists()


@pytest.mark.slow
def test_a_text_that_checks_becomes_a_rune(project: Any, compiler: Compiler, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "NOTIFY_AFTER", 0)
    preview = refresh(project, compiler)
    payload = preview_to_json(preview)
    assert (payload["state"], payload["current"], payload["error"]) == ("ready", True, None)
    assert payload["sequence"] == project.sequence
    assert payload["build"] is not None
    assert payload["build"]["size"] > 100
    assert [node["name"] for node in payload["outline"]["nodes"]] == ["number", "out"]
    events = Event.objects.filter(stream_id=project.stream, type="preview.changed")
    assert [event.data["state"] for event in events] == ["building", "ready"]
    assert preview.build is not None
    assert (preview.build.kind, preview.build.number) == (BuildTrigger.PREVIEW, None)


def test_a_rune_that_is_there_soon_is_told_of_in_one_event_with_its_check(
    project: Any, compiler: Compiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "NOTIFY_AFTER", 60)
    events = events_of(project, monkeypatch)
    payload = preview_to_json(refresh(project, compiler))
    assert [event["data"]["preview"] for event in events] == [payload]
    assert (payload["state"], [node["name"] for node in payload["outline"]["nodes"]]) == ("ready", ["number", "out"])


def test_the_rune_goes_ahead_of_its_event(project: Any, compiler: Compiler, monkeypatch: pytest.MonkeyPatch) -> None:
    messages: list[dict[str, Any]] = []

    def push(project_id: UUID, **rune: Any) -> None:
        assert project_id == project.pk
        assert not Build.objects.exists()
        messages.append(rune)

    monkeypatch.setattr(recorder, "push_rune", push)
    preview = refresh(project, compiler)
    assert preview.build is not None
    assert preview.build.artefact is not None
    artefact = preview.build.artefact
    with open_rune(artefact) as file:
        content = file.read()
    assert messages == [
        {
            "sequence": project.sequence,
            "version": artefact.version_digest,
            "digest": artefact.digest,
            "rune": content,
        }
    ]


@pytest.mark.slow
def test_a_large_rune_is_fetched_by_those_who_want_it(
    project: Any, compiler: Compiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages: list[Any] = []
    monkeypatch.setattr(recorder, "push_rune", lambda *_, **rune: messages.append(rune))
    monkeypatch.setattr(recorder, "LARGEST_PUSHED", 100)
    assert preview_to_json(refresh(project, compiler))["build"] is not None
    assert messages == []


@pytest.mark.slow
def test_a_build_that_fails_soon_keeps_the_warnings_of_its_check(
    project: Any, developer: Any, compiler: Compiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "NOTIFY_AFTER", 60)
    refresh(project, compiler)
    edit(developer, project, RUNEFILE + "# more\n")
    monkeypatch.setattr(Compiler, "run", _checks_and_fails)
    payload = preview_to_json(refresh(project, compiler))
    assert (payload["state"], payload["error"]) == ("failed", "No compiler.")
    assert [each["message"] for each in payload["diagnostics"]] == ["A warning."]


def _checks_and_fails(self: Compiler, job: Any, on_answer: Any, **_: Any) -> None:
    """Checks in place of a process whose compiler fails."""
    place = {"line": 1, "column": 1, "offset": 0}
    warning = {
        "severity": "warning",
        "code": "RUNE0001",
        "message": "A warning.",
        "file": "Runefile.yml",
        "span": {"start": place, "end": place},
        "notes": [],
        "fixes": [],
    }
    outline: dict[str, Any] = {"nodes": [], "wires": []}
    on_answer({"event": "checked", "broken": False, "diagnostics": [warning], "outline": outline, "text": ""})
    on_answer({"event": "failed", "error": "No compiler.", "diagnostics": []})


@pytest.mark.slow
def test_a_text_that_does_not_check_keeps_the_last_good_rune(project: Any, developer: Any, compiler: Compiler) -> None:
    good = preview_to_json(refresh(project, compiler))
    edit(developer, project, BROKEN_RUNEFILE.decode())
    payload = preview_to_json(refresh(project, compiler))
    assert (payload["state"], payload["current"]) == ("broken", False)
    assert payload["diagnostics"]
    assert payload["build"] == good["build"]
    edit(developer, project, RUNEFILE)
    again = preview_to_json(refresh(project, compiler))
    assert (again["state"], again["current"], again["diagnostics"]) == ("ready", True, [])
    assert again["build"] == good["build"]


@pytest.mark.slow
def test_a_rune_is_of_the_newest_text_only_until_the_next_edit(
    project: Any, developer: Any, compiler: Compiler
) -> None:
    preview = refresh(project, compiler)
    assert preview_to_json(preview)["current"]
    edit(developer, project, RUNEFILE + "# more\n")
    before_the_look = preview_of(project)
    assert before_the_look is not None
    payload = preview_to_json(before_the_look)
    assert (payload["state"], payload["current"], payload["sequence"]) == ("ready", False, preview.sequence)
    assert preview_to_json(refresh(project, compiler))["current"]


def test_a_text_without_a_change_is_not_looked_at_again(project: Any, compiler: Compiler) -> None:
    refresh(project, compiler)
    before = Event.objects.count()
    refresh(project, compiler)
    assert Event.objects.count() == before


def test_a_preview_of_another_toolchain_is_made_anew_when_someone_opens_the_project(
    project: Any, user: Any, compiler: Compiler, wakes: WakeUps
) -> None:
    refresh(project, compiler)
    wakes.previews.clear()
    actions.refresh_preview(user, project)
    assert wakes.previews == []
    Preview.objects.update(toolchain="sha256:of-the-one-before-the-upgrade")
    actions.refresh_preview(user, project)
    assert wakes.previews == [project.pk]
    refresh(project, compiler)
    assert Preview.objects.get().toolchain == TOOLCHAIN


def test_a_preview_whose_notification_was_lost_is_made_after_a_while(
    project: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Any] = []
    monkeypatch.setattr(previews, "notify_preview", calls.append)
    assert run_once(tasks["previews"]) == ""
    assert calls == [], "it may be on its way"
    Project.objects.update(changed=timezone.now() - previews.BROKEN_OFF)
    assert run_once(tasks["previews"]) == ""
    assert calls == [project.pk]


def test_a_preview_that_was_broken_off_is_made_anew_when_someone_asks_or_after_a_while(
    project: Any, user: Any, compiler: Compiler, wakes: WakeUps, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh(project, compiler)
    wakes.previews.clear()
    # The state that kill -9 leaves behind in the middle of a build of the newest text.
    Preview.objects.filter(project=project).update(state=PreviewState.BUILDING, build=None)
    calls: list[Any] = []
    monkeypatch.setattr(previews, "notify_preview", calls.append)
    assert run_once(tasks["previews"]) == ""
    assert calls == [], "somebody may be at it"
    for table in (Preview, Project):
        table.objects.update(changed=timezone.now() - previews.BROKEN_OFF)
    assert run_once(tasks["previews"]) == ""
    assert calls == [project.pk]
    preview = actions.refresh_preview(user, project)
    assert preview is not None
    assert not preview.is_current
    assert wakes.previews == [project.pk]
    refresh(project, compiler)
    preview = actions.refresh_preview(user, project)
    assert preview is not None
    assert preview.is_current
    assert wakes.previews == [project.pk]
    for table in (Preview, Project):
        table.objects.update(changed=timezone.now() - previews.BROKEN_OFF)
    assert run_once(tasks["previews"]) == ""
    assert calls == [project.pk], "one that is up to date is left alone"


def leased(project: Project, until: datetime) -> Preview:
    """A preview that another worker is at."""
    return Preview.objects.create(project=project, fence=project.sequence, lease_until=until)


def test_two_workers_do_not_make_the_preview_of_one_text(project: Any, developer: Any, compiler: Compiler) -> None:
    leased(project, timezone.now() + LEASE)
    assert refresh(project, compiler).state == PreviewState.CHECKING, "another worker is at it"
    edit(developer, project, RUNEFILE + "# more\n")
    assert refresh(project, compiler).is_current, "a newer text does not wait"


def test_the_preview_of_a_worker_that_died_is_made_when_its_lease_has_ended(project: Any, compiler: Compiler) -> None:
    leased(project, timezone.now())
    assert refresh(project, compiler).is_current


def test_only_a_preview_that_takes_long_is_leased_and_until_it_is_ready(
    project: Any, compiler: Compiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    leases: list[datetime | None] = []

    class RecordingLease(PreviewLease):
        def keep(self) -> None:
            super().keep()
            leases.append(Preview.objects.get(project=project).lease_until)

    monkeypatch.setattr(previews, "PreviewLease", RecordingLease)
    monkeypatch.setattr(preview_leases, "WRITE_AFTER", 60.0)
    refresh(project, compiler)
    assert set(leases) == {None}
    monkeypatch.setattr(preview_leases, "WRITE_AFTER", 0.0)
    Preview.objects.update(state=PreviewState.BUILDING, build=None)
    Artefact.objects.update(spec_digest="")
    assert refresh(project, compiler).lease_until is None
    assert any(until is not None and until > timezone.now() for until in leases)


def test_of_two_workers_that_begin_one_text_at_once_one_makes_the_preview(project: Any, settings: Any) -> None:
    settings.EMBEDDED_WORKER = False
    preview = Preview.objects.create(project=project)
    first, second = PreviewLease(preview.pk, project.sequence), PreviewLease(preview.pk, project.sequence)
    assert [first.take(), second.take()] == [True, False]
    second.release()
    assert is_leased(preview.pk, project.sequence)
    assert PreviewLease(preview.pk, project.sequence + 1).take()
    first.release()
    assert is_leased(preview.pk, project.sequence + 1)


def test_a_lease_stays_with_whoever_is_at_a_newer_text(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview_leases, "WRITE_AFTER", 0.0)
    preview = Preview.objects.create(project=project)
    newer, older = PreviewLease(preview.pk, 7), PreviewLease(preview.pk, 6)
    newer.keep()
    older.keep()
    older.release()
    assert [is_leased(preview.pk, sequence) for sequence in (6, 7, 8)] == [True, True, False]
    newer.release()
    assert not is_leased(preview.pk, 6)


def test_a_preview_in_work_is_not_resumed(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Any] = []
    monkeypatch.setattr(previews, "notify_preview", calls.append)
    leased(project, timezone.now() + LEASE)
    for table in (Preview, Project):
        table.objects.update(changed=timezone.now() - previews.BROKEN_OFF)
    assert run_once(tasks["previews"]) == ""
    assert calls == []
    end_leases()
    assert run_once(tasks["previews"]) == ""
    assert calls == [project.pk]


@pytest.mark.slow
@pytest.mark.parametrize(("kills", "state"), [(1, PreviewState.READY), (2, PreviewState.FAILED)])
def test_a_compiler_that_is_killed_is_replaced_once_then_the_last_good_rune_stays(
    project: Any, developer: Any, compiler: Compiler, monkeypatch: pytest.MonkeyPatch, kills: int, state: PreviewState
) -> None:
    refresh(project, compiler)
    edit(developer, project, RUNEFILE + "# more\n")
    pids: list[int] = []

    def start_and_kill() -> None:
        Compiler.start(compiler)
        assert compiler.pid is not None
        if len(pids) < kills:
            pids.append(compiler.pid)
            os.kill(compiler.pid, signal.SIGKILL)

    compiler.close()
    monkeypatch.setattr(compiler, "start", start_and_kill)
    preview = refresh(project, compiler)
    assert (preview.state, len(set(pids))) == (state, kills)
    assert ("SIGKILL" in preview.error) == (state == PreviewState.FAILED)
    assert preview.build is not None


@pytest.mark.proof
def test_old_previews_and_their_runes_are_pruned(
    project: Any, developer: Any, compiler: Compiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previews, "BUILD_LIMIT", 2)
    monkeypatch.setattr(previews, "BUILDS_BETWEEN", 2)
    counts = []
    for number in range(4):
        edit(developer, project, RUNEFILE.replace("number", f"number{number}"))
        preview = refresh(project, compiler)
        assert preview.state == PreviewState.READY, preview.error
        counts.append(Build.objects.filter(kind=BuildTrigger.PREVIEW).count())
    assert counts == [1, 2, 3, 2], "old ones are deleted together"
    assert Build.objects.filter(kind=BuildTrigger.PREVIEW).count() == 2
    assert Artefact.objects.count() == 2
    assert not Version.objects.filter(project=project).exists()
    assert ArtefactFile.objects.count() == 4
    digests = set(ArtefactFile.objects.values_list("blob_id", flat=True))
    runes = set(Artefact.objects.values_list("digest", flat=True))
    assert runes < digests
    assert all(is_stored(digest) for digest in digests)
    # Blobs of the others are gone at once, and not only with the next sweep.
    assert set(BlobLink.objects.filter(owner_kind="builds.artefact").values_list("blob_id", flat=True)) == digests
    assert not Blob.objects.filter(links=None).exists()
    assert Build.objects.filter(pk=str(preview.build_id)).exists()


@pytest.mark.slow
@pytest.mark.protects("live/event-contents")
def test_an_event_brings_the_preview_as_any_member_would_read_it(
    project: Any, viewer: Any, browser_of: Any, compiler: Compiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "NOTIFY_AFTER", 0)
    events = events_of(project, monkeypatch)
    refresh(project, compiler)
    previews = [event["data"]["preview"] for event in events if event["type"] == "preview.changed"]
    assert [each["state"] for each in previews] == ["building", "ready"]
    read = browser_of(viewer).get("/api/v1/projects/acme/kitchen/preview").json()
    assert previews[-1] == read
    rows = Event.objects.filter(stream_id=project.stream, type="preview.changed")
    assert all(set(event.data) == {"sequence", "state"} for event in rows)


def test_a_preview_that_is_too_large_for_a_message_is_asked_for(
    project: Any, compiler: Compiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "EVENT_LIMIT", 100)
    monkeypatch.setattr(recorder, "NOTIFY_AFTER", 0)
    events = events_of(project, monkeypatch)
    refresh(project, compiler)
    assert [set(event["data"]) for event in events] == [{"sequence", "state"}] * 2
