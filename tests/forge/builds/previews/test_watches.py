"""Watched previews: the rune of the newest text that also sends what flows in some wires."""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.builds.compiling.artefact_store import open_rune
from forge.builds.models import Build, Preview
from forge.builds.packages.firmware import INSTRUMENTED_RUNE
from forge.builds.previews.refresh import BUILD_LIMIT, REQUESTED_LIMIT, refresh_previews
from forge.compute.pool.compiler import Compiler
from forge.core.models import Event
from forge.jobs.models import Job
from forge.projects.actions import write_file
from rune.port import Port
from rune.running.runtime import Runtime
from tests.forge.builds.conftest import WakeUps, events_of
from tests.support.cases import each_case
from tests.support.forge.compilers import BROKEN_RUNEFILE

pytestmark = pytest.mark.django_db(transaction=True)

WATCH = "/api/v1/projects/acme/kitchen/preview/watch"
TWO_STEPS = b"""\
version: 1
image: runicos/base
pipeline:
  number:
    capability: RAW
    outputs:
      - type: F32
        dimensions: [1, 2]
  scaled:
    proc-block: normalize
    inputs:
      - number
    outputs:
      - type: F32
        dimensions: [1, 2]
  out:
    out: SERIAL
    inputs:
      - scaled
"""


def ask(client: Client, *wires: tuple[str, int]) -> Any:
    body = {"wires": [{"stage": stage, "index": index} for stage, index in wires]}
    return client.post(WATCH, body, content_type="application/json")


def build_watches(project: Any, compiler: Compiler) -> None:
    refresh_previews(project.pk, compiler, threading.Event())


@pytest.mark.slow
def test_what_flows_in_a_wire_is_sent_beside_the_outputs(
    client: Client, project: Any, developer: Any, compiler: Compiler, wakes: WakeUps
) -> None:
    write_file(developer, project, "Runefile.yml", TWO_STEPS)
    build_watches(project, compiler)
    plain = client.get("/api/v1/projects/acme/kitchen/preview").json()["build"]
    response = ask(client, ("number", 0))
    assert (response.status_code, response.json()["state"], response.json()["build"]) == (202, "building", None)
    build_watches(project, compiler)
    watch = client.get(f"{WATCH}/{response.json()['id']}").json()
    assert (watch["state"], watch["error"], watch["wires"]) == ("ready", None, [{"stage": "number", "index": 0}])
    events = Event.objects.filter(stream_id=project.stream, type="preview.watched")
    assert [event.data for event in events] == [{"watch": watch["id"], "state": "ready"}]
    answer: Any = client.get(watch["build"]["rune_url"])
    data = b"".join(answer.streaming_content)
    rune = Runtime.load(data)
    (request,) = rune.capabilities
    messages = rune.call({request.id: struct.pack("<2f", 3.0, 5.0)})
    assert len(messages) == 1
    assert rune.watched[Port("number", 0)].data.endswith(struct.pack("<2f", 3.0, 5.0))
    assert client.get("/api/v1/projects/acme/kitchen/preview").json()["build"] == plain


@pytest.mark.slow
def test_the_same_wires_of_the_same_text_are_built_once(client: Client, project: Any, compiler: Compiler) -> None:
    first = ask(client, ("number", 0)).json()
    build_watches(project, compiler)
    again = ask(client, ("number", 0), ("number", 0)).json()
    assert (again["id"], again["state"]) == (first["id"], "ready")
    assert Preview.objects.requested().count() == 1


@pytest.mark.slow
def test_an_edit_makes_a_watch_that_is_asked_again_build_anew(
    client: Client, project: Any, developer: Any, compiler: Compiler
) -> None:
    ask(client, ("number", 0))
    build_watches(project, compiler)
    before = Preview.objects.requested().get().build
    write_file(developer, project, "Runefile.yml", TWO_STEPS)
    requested_watch = ask(client, ("number", 0)).json()
    assert requested_watch["state"] == "building"
    # The old watch goes on until the new one is there.
    assert before is not None
    assert requested_watch["build"]["id"] == str(before.pk)
    build_watches(project, compiler)
    assert Preview.objects.requested().get().build != before


@pytest.mark.slow
@pytest.mark.parametrize(
    ("stage", "index", "sentence"),
    [
        ("nowhere", 0, "nowhere no longer has an output 0"),
        ("number", 1, "number no longer has an output 1"),
        ("out", 0, "out no longer has an output 0"),
    ],
)
def test_a_wire_that_is_not_there_is_said_so(
    client: Client, project: Any, compiler: Compiler, stage: str, index: int, sentence: str
) -> None:
    requested_watch = ask(client, (stage, index)).json()
    build_watches(project, compiler)
    watch = client.get(f"{WATCH}/{requested_watch['id']}").json()
    assert (watch["state"], sentence in watch["error"]) == ("failed", True), watch


def test_a_text_that_does_not_check_is_said_so(
    client: Client, project: Any, developer: Any, compiler: Compiler
) -> None:
    write_file(developer, project, "Runefile.yml", BROKEN_RUNEFILE)
    requested_watch = ask(client, ("number", 0)).json()
    build_watches(project, compiler)
    watch = client.get(f"{WATCH}/{requested_watch['id']}").json()
    assert (watch["state"], watch["build"]) == ("broken", None)


@pytest.mark.slow
@pytest.mark.protects("availability/watched-tensors")
def test_a_tensor_too_large_for_a_page_is_refused(
    client: Client, project: Any, developer: Any, compiler: Compiler
) -> None:
    write_file(developer, project, "Runefile.yml", TWO_STEPS.replace(b"[1, 2]", b"[600, 600]"))
    requested_watch = ask(client, ("number", 0)).json()
    build_watches(project, compiler)
    assert "at most 262,144 can be watched" in client.get(f"{WATCH}/{requested_watch['id']}").json()["error"]


@each_case(
    "wires",
    [
        None,
        [],
        "number",
        [{"stage": "number"}],
        [{"stage": "number", "index": -1}],
        [{"stage": "number", "index": True}],
        [{"stage": "", "index": 0}],
        [{"stage": "a\0", "index": 0}],
        [{"stage": f"s{number}", "index": 0} for number in range(9)],
    ],
)
def test_a_watch_that_names_no_wires_is_refused(client: Client, project: Any, wires: Any) -> None:
    answer = client.post(WATCH, {"wires": wires}, content_type="application/json")
    assert answer.status_code == 400, answer.content
    assert not Preview.objects.requested().exists()


@pytest.mark.slow
@pytest.mark.protects("availability/watched-tensors")
def test_only_so_many_watches_of_a_project_are_kept(client: Client, project: Any, compiler: Compiler) -> None:
    for number in range(REQUESTED_LIMIT + 3):
        ask(client, ("number", number))
    build_watches(project, compiler)
    assert Preview.objects.requested().count() == REQUESTED_LIMIT
    assert Build.objects.filter(previews=None).count() < BUILD_LIMIT


@pytest.mark.slow
def test_each_kind_of_person_is_answered_as_for_reading(
    project: Any, people: dict[str, Any], browser_of: Callable[[Any], Client]
) -> None:
    statuses = {kind: ask(browser_of(person), ("number", 0)).status_code for kind, person in people.items()}
    assert statuses == {
        "owner": 202,
        "maintainer": 202,
        "developer": 202,
        "reviewer": 202,
        "viewer": 202,
        "stranger": 404,
        "anonymous": 401,
    }
    watch = Preview.objects.requested().get()
    statuses = {kind: browser_of(person).get(f"{WATCH}/{watch.pk}").status_code for kind, person in people.items()}
    members = ("owner", "maintainer", "developer", "reviewer", "viewer")
    assert statuses == {**dict.fromkeys(members, 200), "stranger": 404, "anonymous": 401}


@pytest.mark.slow
def test_a_watched_rune_is_served_like_any_preview(client: Client, project: Any, compiler: Compiler) -> None:
    ask(client, ("number", 0))
    build_watches(project, compiler)
    build = Preview.objects.requested().get().build
    assert build is not None
    assert build.artefact is not None
    with open_rune(build.artefact) as file:
        assert file.read(4) == b"\0asm"


@pytest.mark.slow
def test_a_timed_preview_says_when_each_stage_ends(
    client: Client, project: Any, developer: Any, compiler: Compiler
) -> None:
    write_file(developer, project, "Runefile.yml", TWO_STEPS)
    response = client.post(WATCH, {"wires": [], "timed": True}, content_type="application/json")
    assert (response.status_code, response.json()["timed"]) == (202, True)
    build_watches(project, compiler)
    build = Preview.objects.requested().get().build
    assert build is not None
    assert build.artefact is not None
    with open_rune(build.artefact) as file:
        rune = Runtime.load(file.read())
    (request,) = rune.capabilities
    rune.call({request.id: struct.pack("<2f", 3.0, 5.0)})
    assert list(rune.stages) == ["number", "scaled", "out"]
    watch = ask(client, ("number", 0)).json()
    assert (watch["timed"], watch["id"]) == (False, str(Preview.objects.requested().get(options__timed=False).pk))


@pytest.mark.slow
def test_an_event_brings_what_asking_for_the_watch_would_answer(
    client: Client, project: Any, developer: Any, compiler: Compiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_file(developer, project, "Runefile.yml", TWO_STEPS)
    requested_watch = ask(client, ("scaled", 0)).json()
    events = events_of(project, monkeypatch)
    build_watches(project, compiler)
    payloads = [event["data"] for event in events if event["type"] == "preview.watched"]
    assert payloads[-1]["answer"] == client.get(f"{WATCH}/{requested_watch['id']}").json()
    assert payloads[-1]["answer"]["state"] == "ready"


@pytest.mark.slow
def test_a_watched_or_timed_rune_has_no_firmware_and_says_whose_to_take(
    client: Client, project: Any, developer: Any, compiler: Compiler, wakes: WakeUps
) -> None:
    write_file(developer, project, "Runefile.yml", TWO_STEPS)
    body = {"timed": True, "wires": []}
    answers = [ask(client, ("number", 0)), client.post(WATCH, body, content_type="application/json")]
    build_watches(project, compiler)
    build_watches(project, compiler)
    for answer in answers:
        build = client.get(f"{WATCH}/{answer.json()['id']}").json()["build"]
        response = client.post(f"/api/v1/builds/{build['id']}/firmware")
        assert (response.status_code, response.json()["detail"]) == (404, INSTRUMENTED_RUNE)
    plain = client.get("/api/v1/projects/acme/kitchen/preview").json()["build"]
    assert client.post(f"/api/v1/builds/{plain['id']}/firmware").status_code == 202
    assert [job.spec["build"] for job in Job.objects.filter(kind="firmware")] == [plain["id"]]
