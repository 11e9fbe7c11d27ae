"""Builds over REST: who may ask, read and cancel, and what the answers look like."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.builds.actions import MAX_WAITING_BUILDS, request_build
from forge.builds.models import Build
from forge.core.blobs.store import blob_path
from forge.core.errors import BytesDamaged
from forge.jobs import queue
from forge.jobs.log import NewLogLine
from forge.registry.oci.digests import digest_of
from tests.support.forge.factories.builds import RUNE, built, take_job
from tests.support.shares import SHARE_OF_PEOPLE_AND_ALL, kinds_to_ask

pytestmark = pytest.mark.django_db
Browser = Callable[[Any], Client]
BUILDS = "/api/v1/projects/acme/kitchen/builds"


@pytest.mark.slow
def test_a_press_is_accepted_and_answered_with_the_build(client: Client, project: Any) -> None:
    response = client.post(BUILDS)
    assert response.status_code == 202
    build = response.json()
    assert (build["number"], build["state"], build["kind"], build["url"]) == (
        1,
        "queued",
        "numbered",
        "/acme/kitchen/builds/1",
    )
    assert build["requested_by"]["initials"] == "JO"
    assert build["version"]["number"] == 1
    assert client.get(f"/api/v1/builds/{build['id']}").json() == build
    assert client.get(BUILDS).json()["results"] == [build]


def test_a_press_wakes_a_worker(
    client: Client, project: Any, wakes: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        client.post(BUILDS)
    assert wakes.builds == 1


@pytest.mark.slow
def test_a_log_is_read_line_by_line(client: Client, build: Build) -> None:
    lines = [NewLogLine("2 stages", step="check", milliseconds=1.5), NewLogLine("no", "error", "compile")]
    queue.renew(take_job(), lines)
    assert client.get(f"/api/v1/builds/{build.pk}/log").json() == {
        "lines": [
            {"number": 1, "step": "check", "text": "2 stages", "milliseconds": 1.5, "level": "info"},
            {"number": 2, "step": "compile", "text": "no", "milliseconds": None, "level": "error"},
        ]
    }


@pytest.mark.protects("browser/uploaded-pages")
def test_a_rune_is_a_download_that_never_becomes_a_page(client: Client, project: Any, developer: Any) -> None:
    build = built(developer, project)
    response: Any = client.get(f"/api/v1/builds/{build.pk}/rune")
    assert b"".join(response.streaming_content) == RUNE
    assert response["Content-Type"] == "application/wasm"
    assert response["Content-Disposition"] == 'attachment; filename="kitchen.rune"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]


def test_a_damaged_rune_is_an_error_and_no_rune(client: Client, project: Any, developer: Any) -> None:
    own = RUNE + b"of this test"
    build = built(developer, project, own)
    place = blob_path(digest_of(own))
    assert place is not None
    place.write_bytes(RUNE + b"of that test")
    response = client.get(f"/api/v1/builds/{build.pk}/rune", HTTP_ACCEPT_ENCODING="gzip")
    assert (response.status_code, response.json()["title"]) == (500, "Stored bytes are damaged")
    download: Any = client.get(f"/api/v1/builds/{build.pk}/rune")
    with pytest.raises(BytesDamaged):
        list(download.streaming_content)


def test_a_small_rune_is_compressed_for_who_can_read_that(client: Client, project: Any, developer: Any) -> None:
    address = f"/api/v1/builds/{built(developer, project).pk}/rune"
    small, plain = (
        client.get(address, HTTP_ACCEPT_ENCODING="gzip, br"),
        client.get(address, HTTP_ACCEPT_ENCODING="gzip;q=0"),
    )
    assert (small["Content-Encoding"], gzip.decompress(small.content)) == ("gzip", RUNE)
    assert "sandbox" in small["Content-Security-Policy"]
    assert small["Vary"] == plain["Vary"]
    assert small["ETag"] == f"W/{plain['ETag']}"  # other bytes of the same rune
    assert not plain.has_header("Content-Encoding")


@pytest.mark.slow
def test_a_build_without_a_rune_says_so(client: Client, build: Build) -> None:
    response = client.get(f"/api/v1/builds/{build.pk}/rune")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.slow
@pytest.mark.protects("availability/many-builds")
def test_only_so_many_builds_wait(client: Client, project: Any, developer: Any) -> None:
    for _ in range(MAX_WAITING_BUILDS):
        request_build(developer, project)
    response = client.post(BUILDS)
    assert response.status_code == 409
    assert "wait" in response.json()["detail"]


@pytest.mark.slow
@pytest.mark.protects("roles/missing-permission")
@SHARE_OF_PEOPLE_AND_ALL
@pytest.mark.parametrize(
    ("method", "path", "statuses"),
    [
        ("post", BUILDS, (202, 202, 403, 404, 401)),
        ("get", BUILDS, (200, 200, 200, 404, 401)),
        ("get", "/api/v1/projects/acme/kitchen/preview", (200, 200, 200, 404, 401)),
        ("get", "/api/v1/builds/{id}", (200, 200, 200, 404, 401)),
        ("get", "/api/v1/builds/{id}/log", (200, 200, 200, 404, 401)),
        ("get", "/api/v1/builds/{id}/rune", (404, 404, 404, 404, 401)),
        ("get", "/api/v1/builds/{id}/packages/c", (404, 404, 404, 404, 401)),
        ("get", "/api/v1/projects/acme/kitchen/targets", (200, 200, 200, 404, 401)),
        ("put", "/api/v1/projects/acme/kitchen/targets", (412, 412, 403, 404, 401)),
        ("post", "/api/v1/builds/{id}/cancel", (200, 200, 403, 404, 401)),
        ("get", "/api/v1/builds/{id}/reviews", (200, 200, 200, 404, 401)),
        ("get", "/api/v1/builds/{id}/threads", (200, 200, 200, 404, 401)),
        ("post", "/api/v1/builds/{id}/threads", (201, 201, 201, 404, 401)),
        ("post", "/api/v1/builds/{id}/reviews", (409, 409, 409, 404, 401)),
        ("post", "/api/v1/projects/acme/kitchen/tags", (409, 409, 403, 404, 401)),
        ("get", "/api/v1/projects/acme/kitchen/tags", (200, 200, 200, 404, 401)),
    ],
)
def test_who_may_do_what(
    project: Any,
    people: dict[str, Any],
    browser_of: Browser,
    method: str,
    path: str,
    statuses: tuple[int, ...],
    whole: bool,
) -> None:
    expected = dict(zip(("owner", "developer", "reviewer", "stranger", "anonymous"), statuses, strict=True))
    expected["maintainer"] = expected["developer"]
    judges = (method, path) == ("post", "/api/v1/builds/{id}/reviews")
    expected["viewer"] = 403 if judges else expected["reviewer"]
    actual = {}
    for name in expected if whole else kinds_to_ask(f"{method} {path}", expected):
        build = request_build(people["developer"], project)
        body = {"text": "hello", "verdict": "approve", "tag": "1.0", "build": str(build.pk), "targets": ["c"]}
        if path.endswith("/threads"):
            body = {"text": "hello"}
        address = path.format(id=build.pk)
        client = browser_of(people[name])
        if method != "get":
            headers = {"If-Match": '"sha256:0"'}
            response = getattr(client, method)(address, body, content_type="application/json", headers=headers)
        else:
            response = client.get(address)
        actual[name] = response.status_code
    assert actual == {name: expected[name] for name in actual}


def test_the_state_of_a_project_has_its_builds_preview_and_tags(client: Client, project: Any, build: Build) -> None:
    state = client.get("/api/v1/projects/acme/kitchen/state").json()
    assert [one["number"] for one in state["builds"]] == [1]
    assert state["preview"]["state"] == "checking"
    assert state["tags"] == []


def test_a_preview_that_is_behind_is_made_anew_when_that_is_asked_for_and_not_when_it_is_read(
    client: Client, stranger: Any, project: Any, wakes: Any
) -> None:
    wakes.previews.clear()
    for read in ("preview", "state"):
        assert client.get(f"/api/v1/projects/acme/kitchen/{read}").status_code == 200
    assert wakes.previews == []
    response = client.post("/api/v1/projects/acme/kitchen/preview")
    assert (response.status_code, response.json()["state"]) == (202, "checking")
    assert wakes.previews == [project.pk]
    client.force_login(stranger)
    assert client.post("/api/v1/projects/acme/kitchen/preview").status_code == 404
    assert wakes.previews == [project.pk]
