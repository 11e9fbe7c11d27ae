"""A stale act on a project, its files or blocks, a review or reports is refused, and one that names no state too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.projects.actions import update_project, write_file
from forge.projects.files.contents import find_file
from forge.projects.models import Project
from forge.registry.models import BlockVersion
from forge.registry.tags.publishing.actions import publish_build
from forge.reviews.actions import RequestedGroup, ask_for_review, change_reviewers, give_verdict
from forge.reviews.models import Review
from tests.forge.core.preconditions.test_stale_acts import refused
from tests.support.forge.factories.builds import approved, built
from tests.support.forge.factories.preconditions import etag_form, etag_headers
from tests.support.runes.shared_blocks import SMOOTH

pytestmark = [pytest.mark.django_db, pytest.mark.protects("reviews/stale-acts")]

Browser = Callable[[Any], Client]
API = "/api/v1"
KITCHEN = f"{API}/projects/acme/kitchen"
SETTINGS = "/acme/kitchen/settings"


@pytest.mark.slow
def test_who_sees_a_project_and_copies_its_files(project: Project, owner: Any, browser_of: Browser) -> None:
    client = browser_of(owner)
    update_project(owner, project, visibility="internal")
    acts = (("patch", KITCHEN, {"visibility": "public"}), ("patch", KITCHEN, {"shares_files": True}))
    refused(client, KITCHEN, lambda: update_project(owner, project, visibility="private"), *acts)
    stale = {"name": "kitchen", "description": "", "visibility": "public", "shares_files": "on"}
    assert client.post(SETTINGS, stale).status_code == 412
    project.refresh_from_db()
    assert (project.visibility, project.shares_files) == ("private", False)
    assert client.post(SETTINGS, etag_form(SETTINGS, **stale)).status_code == 302


@pytest.mark.slow
def test_a_project_is_not_opened_with_a_version_that_its_opener_has_not_seen(
    project: Project, owner: Any, developer: Any, browser_of: Browser
) -> None:
    newer = approved(built(developer, project))
    act = ("patch", KITCHEN, {"visibility": "public"})
    refused(browser_of(owner), KITCHEN, lambda: publish_build(developer, newer, "1.0"), act)
    project.refresh_from_db()
    assert project.visibility == "private"


def test_a_description_depends_on_the_description_alone(
    project: Project, developer: Any, owner: Any, browser_of: Browser
) -> None:
    client = browser_of(developer)
    headers = {"If-Match": client.get(KITCHEN).headers["ETag"]}
    write_file(owner, project, "notes.txt", b"more")
    update_project(owner, project, visibility="internal")
    mine = {"description": "Hears taps."}
    assert client.patch(KITCHEN, mine, content_type="application/json", headers=headers).status_code == 200
    assert client.patch(KITCHEN, mine | {"name": "pantry"}, content_type="application/json").status_code == 428


@pytest.mark.slow
def test_a_file(project: Project, developer: Any, browser_of: Browser) -> None:
    write_file(developer, project, "notes.txt", b"one")
    path, client = f"{KITCHEN}/files/notes.txt", browser_of(developer)
    etag = client.head(path).headers["ETag"]
    write_file(developer, project, "notes.txt", b"two")
    for headers, answer in (({}, 428), ({"If-Match": etag}, 412)):
        response = client.put(path, b"mine", content_type="application/octet-stream", headers=headers)
        assert (response.status_code, client.delete(path, headers=headers).status_code) == (answer, answer)
    assert find_file(project, "notes.txt").text == "two"
    assert client.delete(path, headers=etag_headers(path)).status_code == 204
    new = client.put(path, b"mine", content_type="application/octet-stream", headers={"If-Match": etag})
    assert new.status_code == 412, "it was deleted since"
    assert client.put(path, b"mine", content_type="application/octet-stream").status_code == 200


def test_a_version_of_a_block(project: Project, developer: Any, browser_of: Browser) -> None:
    write_file(developer, project, "smooth.py", SMOOTH)
    act = ("post", f"{KITCHEN}/blocks", {"path": "smooth.py", "version": "1.0"})
    worse = SMOOTH + b"\n# somebody else was here\n"
    refused(browser_of(developer), f"{KITCHEN}/files", lambda: write_file(developer, project, "smooth.py", worse), act)
    assert not BlockVersion.objects.exists()


@pytest.mark.slow
def test_closing_a_review_and_asking_others(
    project: Project, developer: Any, reviewer: Any, owner: Any, browser_of: Browser
) -> None:
    build, client = built(developer, project), browser_of(developer)
    review = ask_for_review(developer, build, "Hears whispers", reviewers=[RequestedGroup((reviewer.pk,))])
    path, form = f"{API}/reviews/{review.pk}", f"{review.get_absolute_url()}/close"
    close = ("post", f"{path}/close", None)
    others: tuple[str, str, Any] = ("put", f"{path}/reviewers", {"reviewers": []})
    refused(client, path, lambda: change_reviewers(developer, review, [RequestedGroup((owner.pk,))]), close, others)
    refused(client, path, lambda: give_verdict(reviewer, build, "changes", "It is deaf."), close)
    assert client.post(form).status_code == 412
    assert Review.objects.get().closed is None
    assert client.post(form, etag_form(form)).status_code == 302
