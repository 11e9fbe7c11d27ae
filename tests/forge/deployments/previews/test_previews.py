"""The preview of a change request: its newest build, for anybody who has its link, while it is open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from forge.accounts.models import User
from forge.builds.models import Build
from forge.core.errors import Forbidden, Invalid
from forge.core.models import AuditEntry
from forge.deployments.errors import PreviewEnded
from forge.deployments.models import CallsOfDay, Deployment, PreviewLink, Release
from forge.deployments.previews import serving
from forge.deployments.previews.actions import create_preview_link, end_preview_link
from forge.deployments.serving.calls import write_calls
from forge.projects.actions import write_file
from forge.projects.models import Project
from forge.registry.models import Publication, Tag
from forge.reviews import actions
from forge.reviews.changes.access import find_change_request
from forge.reviews.models import ChangeRequest
from tests.support.forge.factories.builds import RUNE
from tests.support.forge.factories.changes import built_merged, outside_change

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
Browser = Callable[[User | None], Client]

OTHER = RUNE + b"other"
ADDRESS = "/d/acme/kitchen/change-requests/1"
PAGE = "/acme/kitchen/change-requests/1"


@pytest.fixture
def change(developer: User, project: Project) -> ChangeRequest:
    return outside_change(developer, project)


@pytest.fixture
def built_change(developer: User, change: ChangeRequest) -> Build:
    return built_merged(developer, change)


def ask(client: Client, secret: str, rest: str = "", **headers: str) -> tuple[int, str]:
    """The status, and the name of the refusal or the served version."""
    answer = client.get(f"{ADDRESS}{rest}", headers={"x-api-key": secret, **headers})
    body = answer.json()
    return answer.status_code, body.get("name") or body["version"]


def rune_address(client: Client, secret: str) -> str:
    """The address of the bytes that the preview serves now."""
    url: str = client.get(ADDRESS, headers={"x-api-key": secret}).json()["rune"]["url"]
    return url


def test_whoever_has_the_key_gets_the_newest_build(
    built_change: Build, change: ChangeRequest, developer: User, client: Client
) -> None:
    _, secret = create_preview_link(developer, change)
    answer = client.get(ADDRESS, headers={"x-api-key": secret})
    preview = answer.json()
    assert (answer.status_code, preview["version"]) == (200, f"change-1-build-{built_change.number}")
    assert "no-store" in answer["Cache-Control"]
    assert preview["rune"]["url"].endswith(f"/{preview['rune']['digest']}")
    rune = client.get(preview["rune"]["url"])
    assert (rune.status_code, rune.getvalue()) == (200, RUNE + b"merged")
    assert "no-store" in rune["Cache-Control"]

    write_file(developer, change.project, "more.md", b"More.\n")
    newer = built_merged(developer, change, OTHER)
    assert newer.number == 2
    assert ask(client, secret) == (200, f"change-1-build-{newer.number}")
    assert client.get(preview["rune"]["url"]).status_code == 404


@pytest.mark.protects("delivery/previews")
def test_it_ends_with_the_change_request(
    built_change: Build, change: ChangeRequest, developer: User, client: Client
) -> None:
    _, secret = create_preview_link(developer, change)
    rune = rune_address(client, secret)
    actions.close_change_request(developer, find_change_request(developer, change.pk), "Not now.")
    assert ask(client, secret) == (410, "preview-ended")
    assert client.get(rune).status_code == 410
    with pytest.raises(PreviewEnded):
        create_preview_link(developer, change)


@pytest.mark.protects("delivery/previews")
def test_nobody_gets_it_without_the_key(
    built_change: Build, change: ChangeRequest, owner: User, developer: User, browser_of: Browser, client: Client
) -> None:
    _, secret = create_preview_link(developer, change)
    assert ask(client, "") == (401, "key-missing")
    assert ask(client, "hf_pre_wrong") == (403, "key-unknown")
    assert ask(browser_of(owner), "") == (401, "key-missing"), "a session opens nothing here"
    assert ask(client, secret, Origin="https://acme.example") == (403, "origin-refused")
    missing = client.get("/d/acme/kitchen/change-requests/9", headers={"x-api-key": secret})
    assert (missing.status_code, missing.json()["name"]) == (403, "key-unknown"), "as an unknown key"
    assert client.post(ADDRESS, headers={"x-api-key": secret}).status_code == 405


@pytest.mark.protects("delivery/previews")
def test_a_link_ends_with_its_time_its_maker_or_the_next_link(
    built_change: Build, change: ChangeRequest, owner: User, developer: User, client: Client
) -> None:
    _, first = create_preview_link(owner, change)
    bytes_of_first = rune_address(client, first)
    _, second = create_preview_link(developer, change)
    assert ask(client, first) == (403, "key-revoked")
    assert ask(client, second)[0] == 200
    bytes_of_second = rune_address(client, second)
    assert bytes_of_first.rpartition("/")[2] == bytes_of_second.rpartition("/")[2], "the same rune"
    assert client.get(bytes_of_first).status_code == 403, "an ended link gives no bytes either"
    assert client.get(bytes_of_second).status_code == 200
    PreviewLink.objects.filter(revoked=None).update(expires=timezone.now() - timedelta(seconds=1))
    assert ask(client, second) == (403, "key-expired")
    assert client.get(bytes_of_second).status_code == 403
    _, third = create_preview_link(developer, change)
    end_preview_link(owner, change)
    assert ask(client, third) == (403, "key-revoked")
    _, last = create_preview_link(developer, change)
    User.objects.filter(pk=developer.pk).update(is_active=False)
    assert ask(client, last) == (403, "key-revoked")


def test_it_says_that_nothing_is_built(change: ChangeRequest, developer: User, client: Client) -> None:
    assert ask(client, create_preview_link(developer, change)[1]) == (404, "preview-not-built")


@pytest.mark.protects("delivery/previews")
def test_it_is_never_published_or_counted(
    built_change: Build, change: ChangeRequest, developer: User, client: Client
) -> None:
    assert ask(client, create_preview_link(developer, change)[1])[0] == 200
    write_calls()
    for model in (Tag, Publication, Deployment, Release, CallsOfDay):
        assert not model.objects.exists(), model


def test_a_key_is_for_people_and_not_for_an_app(
    built_change: Build, change: ChangeRequest, developer: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "CALLS_A_MINUTE", 2)
    _, secret = create_preview_link(developer, change)
    assert [ask(client, secret)[0] for _ in range(3)] == [200, 200, 429]


@pytest.mark.protects("delivery/who-deploys")
def test_who_may_not_deploy_makes_no_link(change: ChangeRequest, viewer: User, reviewer: User, developer: User) -> None:
    for person in (viewer, reviewer):
        with pytest.raises(Forbidden):
            create_preview_link(person, change)
        with pytest.raises(Forbidden):
            end_preview_link(person, change)
    for days in (0, 15):
        with pytest.raises(Invalid):
            create_preview_link(developer, change, days)
    assert not PreviewLink.objects.exists()


@pytest.mark.protects("delivery/stored-keys")
def test_the_page_shows_the_link_once(
    built_change: Build, change: ChangeRequest, developer: User, viewer: User, browser_of: Browser
) -> None:
    browser = browser_of(developer)
    assert f'href="{PAGE}/preview"' in browser.get(PAGE).content.decode()
    created = browser.post(f"{PAGE}/preview", {"do": "create", "days": "3"}).content.decode()
    assert f"{ADDRESS}/try#key=hf_pre_" in created
    link = PreviewLink.objects.get()
    again = browser.get(f"{PAGE}/preview").content.decode()
    assert "#key=" not in again
    assert link.hint in again
    assert link.hint in browser.get(PAGE).content.decode()
    text = browser_of(viewer).get(f"{PAGE}/preview").content.decode()
    assert f"builds/{built_change.number}" in text
    assert "Replace the link" not in text
    assert f'data-rune-url="/api/v1/builds/{built_change.pk}/rune"' in text, "a member runs it without a key"
    wrong = browser.post(f"{PAGE}/preview", {"do": "create", "days": "many"})
    assert (wrong.status_code, "whole number" in wrong.content.decode()) == (400, True)
    assert browser.post(f"{PAGE}/preview", {"do": "end"}).status_code == 302
    assert not PreviewLink.objects.open().exists()
    assert set(AuditEntry.objects.filter(action__startswith="preview.").values_list("action", flat=True)) == {
        "preview.create",
        "preview.end",
    }


def test_the_api_creates_and_ends_it(
    built_change: Build, change: ChangeRequest, developer: User, viewer: User, browser_of: Browser, client: Client
) -> None:
    address, browser = f"/api/v1/change-requests/{change.pk}/preview", browser_of(developer)
    preview = browser_of(viewer).get(address).json()
    assert (preview["build_number"], preview["is_open"], preview["hint"]) == (built_change.number, True, "")
    created = browser.post(address, {"days": 2}, content_type="application/json")
    assert created.status_code == 201, created.content
    assert ask(client, created.json()["secret"])[0] == 200
    assert created.json()["link"].endswith(f"{ADDRESS}/try#key={created.json()['secret']}")
    assert browser.delete(address).status_code == 204
    assert browser.get(address).json()["hint"] == ""
