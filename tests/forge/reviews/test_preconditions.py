"""Acts on something that moves name the state that was read; a stale page or `ETag` is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from forge.projects.actions import update_project, write_file
from forge.projects.files.contents import find_file
from forge.projects.models import Project
from forge.projects.versions.store import snapshot
from forge.registry.models import Tag
from forge.registry.tags.publishing.actions import publish_build
from forge.reviews.actions import (
    begin_thread,
    give_verdict,
    offer_newer,
    reopen_thread,
    reply_in_thread,
    resolve_conflict,
    resolve_thread,
)
from forge.reviews.change_requests.pages import merge_view
from forge.reviews.changes.access import find_change_request
from forge.reviews.changes.merging import merging_of
from forge.reviews.models import ChangeRequest
from forge.reviews.threads.conversation import find_thread
from rune.editing.merge.conflicts import Side
from tests.support.forge.factories.builds import RUNE, approved, built
from tests.support.forge.factories.changes import RUNEFILE, built_merged, forked, offered
from tests.support.forge.factories.preconditions import etag_form

pytestmark = pytest.mark.django_db

Browser = Callable[[Any], Client]
BUILD = "/acme/kitchen/builds/1"
CHANGE = "/acme/kitchen/change-requests/1"
API = "/api/v1/projects/acme/kitchen"
NOTHING_DONE = "Nothing was changed. Check the current state, then decide again."


def form_on(client: Client, page: str, action: str) -> dict[str, str]:
    """The hidden `etag` of the form of a page that goes to an address."""
    forms = re.findall(rf'<form[^>]*action="{action}"[^>]*>.*?</form>', client.get(page).content.decode(), re.DOTALL)
    state = next(match[1] for form in forms if (match := re.search(r'name="etag" value="([^"]*)"', form)))
    return {"etag": state}


def sent(client: Client, method: str, path: str, body: Any = None, etag: str | None = None) -> Any:
    headers = {} if etag is None else {"If-Match": etag}
    return getattr(client, method)(path, body, content_type="application/json", headers=headers)


# -- publishing


@pytest.mark.slow
@pytest.mark.protects("reviews/stale-acts")
def test_a_build_is_published_as_it_was_seen(
    project: Project, developer: Any, reviewer: Any, browser_of: Browser
) -> None:
    build = built(developer, project)
    client = browser_of(developer)
    form = form_on(client, f"{BUILD}/publish", f"{BUILD}/publish") | {"tag": "nightly"}
    assert client.post(f"{BUILD}/publish", {"tag": "nightly"}).status_code == 412, "a form that saw nothing"
    give_verdict(reviewer, build, "changes", "Too loud.")

    response = client.post(f"{BUILD}/publish", form)
    assert response.status_code == 412
    assert f"{reviewer.name} asked for changes" in response.content.decode()
    assert NOTHING_DONE in response.content.decode()
    assert not Tag.objects.exists()
    fresh = form_on(client, f"{BUILD}/publish", f"{BUILD}/publish") | {"tag": "nightly"}
    assert client.post(f"{BUILD}/publish", fresh).status_code == 302


@pytest.mark.slow
@pytest.mark.protects("reviews/stale-acts")
def test_the_api_publishes_what_its_caller_read(
    project: Project, developer: Any, reviewer: Any, browser_of: Browser
) -> None:
    first = approved(built(developer, project))
    write_file(developer, project, "notes.txt", b"more")
    second = built(developer, project, RUNE + b"more")
    client = browser_of(developer)
    gate = client.get(f"/api/v1/builds/{second.pk}/gate", {"tag": "latest"})
    assert gate.json()["protected"]
    assert gate.json()["missing"] == ["It has 0 of 1 approval by any member. Ask for a review."]
    approved(second)
    etag = client.get(f"/api/v1/builds/{second.pk}/gate").headers["ETag"]
    body = {"build": str(second.pk), "tag": "latest"}
    assert sent(client, "post", f"{API}/tags", body).status_code == 428
    publish_build(developer, first, "latest")
    stale = sent(client, "post", f"{API}/tags", body, etag)
    assert stale.status_code == 412
    assert "latest is build 1 now." in stale.json()["detail"]
    assert sent(client, "post", f"{API}/tags", body, "*").status_code == 428, "no state that somebody read"
    etag = client.get(f"/api/v1/builds/{second.pk}/gate").headers["ETag"]
    assert sent(client, "post", f"{API}/tags", body, etag).status_code == 201


@pytest.mark.slow
@pytest.mark.protects("reviews/stale-acts")
def test_who_overrides_a_gate_saw_all_that_is_overridden(
    project: Project, developer: Any, reviewer: Any, owner: Any, browser_of: Browser
) -> None:
    build = built(developer, project)
    client, past = browser_of(owner), f"{BUILD}/publish-past-gate"
    form = form_on(client, f"{BUILD}/publish", past) | {"tag": "1.0", "reason": "The fair opens in an hour."}
    give_verdict(reviewer, build, "changes", "It does not hear whispers.")
    assert client.post(past, form).status_code == 412
    assert not Tag.objects.exists()


@pytest.mark.slow
@pytest.mark.protects("reviews/stale-acts")
def test_the_api_overrides_what_its_caller_read(
    project: Project, developer: Any, reviewer: Any, owner: Any, browser_of: Browser
) -> None:
    build, client = built(developer, project), browser_of(owner)
    body = {"build": str(build.pk), "tag": "1.0", "reason": "The fair opens in an hour."}
    etag = client.get(f"/api/v1/builds/{build.pk}/gate", {"tag": "1.0"}).headers["ETag"]
    assert sent(client, "post", f"{API}/tags/override", body).status_code == 428
    give_verdict(reviewer, build, "changes", "It does not hear whispers.")
    stale = sent(client, "post", f"{API}/tags/override", body, etag)
    assert stale.status_code == 412
    assert f"{reviewer.name} asked for changes" in stale.json()["detail"]
    assert not Tag.objects.exists()


# -- change requests


@pytest.fixture
def change(project: Project, owner: Any, developer: Any, stranger: Any) -> ChangeRequest:
    fork = forked(owner, developer, stranger, project)
    write_file(stranger, fork, "notes.md", b"mine")
    request = offered(stranger, fork)
    return approved_merge(developer, request)


def approved_merge(developer: Any, request: ChangeRequest) -> ChangeRequest:
    approved(built_merged(developer, request))
    return find_change_request(developer, request.pk)


@pytest.mark.slow
@pytest.mark.protects("reviews/stale-acts")
def test_what_was_compared_is_merged(
    change: ChangeRequest, project: Project, developer: Any, stranger: Any, browser_of: Browser
) -> None:
    client = browser_of(developer)
    form = form_on(client, CHANGE, f"{CHANGE}/respond") | {"do": "merge"}
    assert change.source is not None
    write_file(stranger, change.source, "notes.md", b"other than you read")
    offer_newer(stranger, find_change_request(stranger, change.pk))
    response = client.post(f"{CHANGE}/respond", form)
    assert response.status_code == 412
    assert "of the fork is offered now." in response.content.decode()
    for do in ("build", "close", "merge-past"):
        assert client.post(f"{CHANGE}/respond", form | {"do": do, "reason": "Now"}).status_code in (403, 412), do
    change.refresh_from_db()
    assert change.is_open


@pytest.mark.slow
@pytest.mark.protects("reviews/stale-acts")
def test_the_api_merges_what_its_caller_read(
    change: ChangeRequest, project: Project, developer: Any, owner: Any, reviewer: Any, browser_of: Browser
) -> None:
    client, path = browser_of(developer), f"/api/v1/change-requests/{change.pk}"
    etag = client.get(path).headers["ETag"]
    assert sent(client, "post", f"{path}/merge", {}).status_code == 428
    write_file(owner, project, "labels.txt", b"somebody else's")
    stale = sent(client, "post", f"{path}/merge", {}, etag)
    assert stale.status_code == 412
    assert "The files of acme/kitchen were edited." in stale.json()["detail"]
    approved_merge(developer, change)
    etag = client.get(path).headers["ETag"]
    assert sent(client, "post", f"{path}/merge", {}, etag).status_code == 200
    undone = sent(client, "post", f"{path}/undo", {}, etag)
    assert undone.status_code == 412
    assert "merged it meanwhile" in undone.json()["detail"]


@pytest.fixture
def conflict(project: Project, owner: Any, developer: Any, stranger: Any) -> tuple[ChangeRequest, str]:
    """A change request with one conflict, and the conflict's key."""
    fork = forked(owner, developer, stranger, project)
    request = offered(stranger, fork, ("2.5", "3"))
    write_file(developer, project, "Runefile.yml", RUNEFILE.replace("2.5", "2").encode())
    change = find_change_request(developer, request.pk)
    (conflict,) = merging_of(change).conflicts
    return change, conflict.key


@pytest.mark.slow
@pytest.mark.protects("reviews/stale-acts")
def test_a_conflict_is_resolved_as_it_was_read(
    conflict: tuple[ChangeRequest, str], developer: Any, owner: Any, browser_of: Browser
) -> None:
    change, key = conflict
    client, path = browser_of(developer), f"/api/v1/change-requests/{change.pk}"
    mine = {"conflict": key, "side": "ours"}
    etag = client.get(path).headers["ETag"]
    form = form_on(client, CHANGE, f"{CHANGE}/respond")
    assert sent(client, "post", f"{path}/resolutions", mine).status_code == 428
    assert sent(client, "delete", f"{path}/resolutions").status_code == 428
    resolve_conflict(owner, change, key, Side.WRITTEN, "the colleague's text")
    stale = sent(client, "post", f"{path}/resolutions", mine, etag)
    assert stale.status_code == 412
    assert "Somebody chose another text in a conflict." in stale.json()["detail"]
    assert sent(client, "delete", f"{path}/resolutions", etag=etag).status_code == 412
    for fields in ({"do": "resolve", **mine}, {"do": "start-over"}):
        assert client.post(f"{CHANGE}/respond", form | fields).status_code == 412, fields
    (resolution,) = change.resolutions.all()
    assert (resolution.side, resolution.text) == ("written", "the colleague's text")


@pytest.mark.slow
@pytest.mark.protects("reviews/stale-acts")
def test_a_conflict_is_not_resolved_in_files_that_nobody_has_compared(
    conflict: tuple[ChangeRequest, str], stranger: Any, developer: Any, browser_of: Browser
) -> None:
    """The fork offers other files after the page was opened."""
    change, key = conflict
    client, path = browser_of(developer), f"/api/v1/change-requests/{change.pk}"
    etag = client.get(path).headers["ETag"]
    assert change.source is not None
    write_file(stranger, change.source, "notes.md", b"other than you read")
    offer_newer(stranger, find_change_request(stranger, change.pk))
    stale = sent(client, "post", f"{path}/resolutions", {"conflict": key, "side": "ours"}, etag)
    assert stale.status_code == 412
    assert "of the fork is offered now." in stale.json()["detail"]
    assert not change.resolutions.exists()


# -- threads


@pytest.mark.slow
@pytest.mark.protects("reviews/stale-acts")
def test_a_thread_is_resolved_as_it_was_read(
    project: Project, developer: Any, reviewer: Any, browser_of: Browser
) -> None:
    thread = begin_thread(reviewer, built(developer, project), "How loud?")
    client, page, path = browser_of(developer), f"/acme/kitchen/threads/{thread.pk}", f"/api/v1/threads/{thread.pk}"
    form = form_on(client, BUILD, page) | {"do": "resolve", "text": "Done."}
    etag = client.get(path).headers["ETag"]
    reply_in_thread(reviewer, find_thread(reviewer, thread.pk), "And how quiet?")
    response = client.post(page, form)
    assert response.status_code == 412
    assert "Somebody replied" in response.content.decode()
    latest = find_thread(reviewer, thread.pk)
    assert latest.thread.resolved is None
    assert latest.thread.comments.count() == 2, "the reply that came with it is not sent either"
    assert sent(client, "post", f"{path}/resolve", {}).status_code == 428
    assert sent(client, "post", f"{path}/resolve", {}, etag).status_code == 412
    etag = client.get(path).headers["ETag"]
    response = sent(client, "post", f"{path}/resolve", {}, etag)
    assert response.status_code == 200
    assert sent(client, "post", f"{path}/reopen", {}, response.headers["ETag"]).status_code == 200


@pytest.mark.slow
@pytest.mark.protects("reviews/stale-acts")
def test_a_thread_is_reopened_as_it_was_read(
    project: Project, developer: Any, reviewer: Any, browser_of: Browser
) -> None:
    """The thread was resolved, reopened and resolved again with another answer while the page was open."""
    thread = begin_thread(reviewer, built(developer, project), "How loud?")
    client, page, path = browser_of(reviewer), f"/acme/kitchen/threads/{thread.pk}", f"/api/v1/threads/{thread.pk}"
    resolve_thread(developer, find_thread(developer, thread.pk), "60 dB.")
    etag, form = client.get(path).headers["ETag"], etag_form(page, do="reopen")
    reopen_thread(developer, find_thread(developer, thread.pk))
    resolve_thread(developer, find_thread(developer, thread.pk), "70 dB, measured again.")
    assert sent(client, "post", f"{path}/reopen", {}).status_code == 428
    stale = sent(client, "post", f"{path}/reopen", {}, etag)
    assert stale.status_code == 412
    assert "Somebody replied" in stale.json()["detail"]
    assert client.post(page, form).status_code == 412
    assert find_thread(developer, thread.pk).thread.resolved is not None


# -- files and projects


@pytest.mark.slow
@pytest.mark.protects("reviews/stale-acts")
@pytest.mark.parametrize("way", ["", "?as=update"])
def test_a_version_replaces_the_files_that_were_seen(
    way: str, project: Project, developer: Any, owner: Any, browser_of: Browser
) -> None:
    write_file(developer, project, "notes.txt", b"first")
    version = snapshot(project, developer)
    write_file(developer, project, "notes.txt", b"second")
    client, path = browser_of(developer), f"{API}/versions/{version.number}/restore{way}"
    etag = client.get(f"{API}/versions/compare", {"from": version.number}).headers["ETag"]
    assert etag == client.get(f"{API}/files").headers["ETag"]
    assert sent(client, "post", path, {}).status_code == 428
    write_file(owner, project, "notes.txt", b"a colleague's afternoon")
    stale = sent(client, "post", path, {}, etag)
    assert stale.status_code == 412
    assert "The files of acme/kitchen were edited." in stale.json()["detail"]
    assert find_file(project, "notes.txt").text == "a colleague's afternoon"
    assert sent(client, "post", path, {}, client.get(f"{API}/files").headers["ETag"]).status_code == 200


@pytest.mark.slow
@pytest.mark.protects("reviews/stale-acts")
def test_a_project_is_deleted_with_what_was_seen(
    project: Project, developer: Any, reviewer: Any, owner: Any, browser_of: Browser
) -> None:
    client = browser_of(owner)
    form = form_on(client, "/acme/kitchen/settings", "/acme/kitchen/delete")
    etag = client.get(API).headers["ETag"]
    assert "ETag" not in browser_of(reviewer).get(API).headers, "who cannot change it learns of no edit"
    publish_build(developer, approved(built(developer, project)), "1.0")
    assert sent(client, "delete", API).status_code == 428
    stale = sent(client, "delete", API, etag=etag)
    assert stale.status_code == 412
    assert "1.0 is build 1 now." in stale.json()["detail"]
    response = client.post("/acme/kitchen/delete", form)
    assert response.status_code == 412
    assert NOTHING_DONE in response.content.decode()
    update_project(owner, project, description="Kept")
    project.refresh_from_db()
    assert project.deleted_at is None
    form = form_on(client, "/acme/kitchen/settings", "/acme/kitchen/delete")
    assert client.post("/acme/kitchen/delete", form).status_code == 302
    project.refresh_from_db()
    assert project.deleted_at is not None


def test_the_page_and_the_studio_name_the_sides_of_a_conflict_alike() -> None:
    steps = Path("frontend/src/studio/dialogs/conflicts/steps.ts").read_text("utf-8")
    words = {side.value: word for side, word in merge_view.SIDE_WORDS.items()}
    branch = merge_view.side_words(ChangeRequest(outside_place="main of git.example/wand"))[Side.THEIRS]
    assert f'theirs: outside === null ? "{words.pop("theirs")}" : "{branch}",' in steps
    assert dict(re.findall(r'^  (\w+): "([^"]+)",$', steps, re.MULTILINE)) == words
    sentences = dict(re.findall(r'^export const ([A-Z_]+) = "([^"]+)";$', steps, re.MULTILINE))
    assert sentences == {name: getattr(merge_view, name) for name in ("FILE_DELETED", "NOT_THERE", "EMPTY")}
