"""A project that the operator takes down: closed to everybody but its own people, for apps too, and put back."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from forge.accounts.actions import create_token, update_page
from forge.accounts.audit.log import organisation_entries
from forge.accounts.audit.sentences import render_entries
from forge.accounts.models import User
from forge.accounts.permissions import Verb, can
from forge.accounts.principals import INSTALLATION, VISITOR, acting_as
from forge.builds.models import Build
from forge.core.errors import Conflict, Forbidden, Invalid, NotFound, SignInNeeded
from forge.deployments.actions import create_key
from forge.deployments.previews.actions import create_preview_link
from forge.notices.models import Notice
from forge.projects.access import find_project
from forge.projects.actions import put_back, take_down
from forge.projects.models import Project
from forge.registry.models import Listing, PublishedVersion
from forge.registry.tags.publishing.actions import publish_build
from tests.support.forge.factories.builds import approved, built
from tests.support.forge.factories.changes import built_merged, outside_change
from tests.support.forge.factories.deployments import deployed, now

pytestmark = pytest.mark.django_db

Browser = Callable[[User | None], Client]
REASON = "Boards got hot."


@pytest.fixture
def build(project: Project, developer: User) -> Build:
    """`acme/kitchen` is public and has a version."""
    build = built(developer, project)
    publish_build(developer, approved(build), "1.0")
    Project.objects.filter(pk=project.pk).update(visibility="public")
    project.refresh_from_db()
    return build


@pytest.mark.protects("roles/taken-down")
def test_only_the_operator_takes_down_and_says_why(project: Project, owner: User) -> None:
    with pytest.raises(Forbidden):
        take_down(owner, project, REASON)
    with pytest.raises(Forbidden):
        put_back(owner, project)
    with pytest.raises(Invalid):
        take_down(INSTALLATION, project, "Hot.")
    with pytest.raises(Conflict):
        put_back(INSTALLATION, project)
    output = StringIO()
    call_command("take_down", "acme/kitchen", REASON, stdout=output)
    assert "manage.py take_down --restore acme/kitchen" in output.getvalue()
    with pytest.raises(CommandError, match="already"):
        call_command("take_down", "acme/kitchen", REASON)
    call_command("take_down", "acme/kitchen", restore=True, stdout=output)
    assert "acme/kitchen is shared again" in output.getvalue()
    with pytest.raises(CommandError, match="no project acme/nothing"):
        call_command("take_down", "acme/nothing", REASON)
    entries = render_entries(list(organisation_entries(owner, project.organisation)))
    acts = {each.entry.action: each.sentence for each in entries}
    assert acts["project.take-down"].endswith(f"took the public page of acme/kitchen down: “{REASON}”.")
    assert acts["project.put-back"].endswith("put the public page of acme/kitchen back.")


@pytest.mark.slow
@pytest.mark.protects("roles/taken-down")
def test_what_is_taken_down_is_gone_for_others_and_stays_its_peoples(
    project: Project, build: Build, owner: User, developer: User, stranger: User, browser_of: Browser
) -> None:
    outside, pulling = browser_of(stranger), "/v2/acme/kitchen/manifests/1.0"
    _, secret = create_token(stranger, "pull", ["registry"], None)
    headers = {"Authorization": f"Bearer {secret}"}
    assert Listing.objects.visible_to(stranger).count() == 1
    assert outside.get(pulling, headers=headers).status_code == 200
    take_down(INSTALLATION, project, REASON)
    project.refresh_from_db()
    assert not can(acting_as(stranger), Verb.SEE, project)
    assert Listing.objects.visible_to(stranger).count() == Listing.objects.visible_to(VISITOR).count() == 0
    assert not Project.objects.visible_to(acting_as(stranger)).filter(pk=project.pk).exists()
    for browser in (outside, browser_of(None)):
        response = browser.get("/acme/kitchen")
        assert (response.status_code, b"taken down" in response.content) == (410, True)
        assert browser.get("/api/v1/projects/acme/kitchen").status_code == 410
        assert browser.get("/api/v1/projects/acme/kitchen/tags/1.0/rune").status_code == 410
        assert browser.get("/acme/kitchen/studio").status_code in (302, 404)
    for address in (pulling, f"/v2/acme/kitchen/manifests/{PublishedVersion.objects.get().digest}"):
        refusal = outside.get(address, headers=headers)
        assert (refusal.status_code, refusal.json()["errors"][0]["code"]) == (403, "DENIED")
    # Its own people work on, read why, and what the version means stays known.
    inside = browser_of(developer)
    assert REASON in inside.get("/acme/kitchen").content.decode()
    assert inside.get("/acme/kitchen/studio").status_code == 200
    assert PublishedVersion.objects.filter(tag="1.0").exists()
    assert Notice.objects.get(person=owner, kind="taken-down").reason == "requested"
    assert not Notice.objects.filter(person=developer, kind="taken-down").exists()
    put_back(INSTALLATION, project)
    assert outside.get("/acme/kitchen").status_code == 200
    assert outside.get(pulling, headers=headers).status_code == 200
    assert Listing.objects.visible_to(stranger).count() == 1


@pytest.mark.slow
@pytest.mark.protects("roles/taken-down")
def test_no_app_gets_anything_of_a_project_that_is_taken_down(
    project: Project, build: Build, developer: User, browser_of: Browser, client: Client
) -> None:
    deployment = deployed(developer, project, "1.0")
    key = {"x-api-key": create_key(developer, deployment, "Page key")[1]}
    address, rune = "/d/acme/kitchen/website", now(deployment).rune
    link = client.get(address, headers=key).json()["rune"]["url"]

    def answers() -> set[tuple[int, str]]:
        responses = [
            client.get(address, headers=key),
            client.get(f"{address}/{rune}", headers=key),
            client.get(link),
            client.get(f"{address}/{rune}/signatures", headers=key),
            client.get(f"{address}/tuf/timestamp.json", headers=key),
            client.get("/forge/deployment", headers=key | {"deploymentId": str(deployment.short_id)}),
        ]
        return {(each.status_code, "" if each.status_code == 200 else each.json()["name"]) for each in responses}

    assert answers() == {(200, ""), (404, "document-unknown")}, "nothing is signed yet"
    take_down(INSTALLATION, project, REASON)
    assert answers() == {(410, "project-taken-down")}
    for path in (rune, f"sha256:{'0' * 64}"):
        assert client.get(f"{address}/{path}").json()["name"] == "key-missing", "without a key nobody learns of it"
    assert browser_of(developer).get("/acme/kitchen/deployments/website").status_code == 200
    put_back(INSTALLATION, project)
    assert answers() == {(200, ""), (404, "document-unknown")}


@pytest.mark.slow
@pytest.mark.protects("roles/taken-down")
def test_no_preview_of_a_project_that_is_taken_down_is_served(
    project: Project, developer: User, client: Client
) -> None:
    change = outside_change(developer, project)
    built_merged(developer, change)
    key = {"x-api-key": create_preview_link(developer, change)[1]}
    address = "/d/acme/kitchen/change-requests/1"
    rune = client.get(address, headers=key).json()["rune"]["url"]
    assert client.get(rune).status_code == 200
    take_down(INSTALLATION, project, REASON)
    for answer in (client.get(address, headers=key), client.get(rune)):
        assert (answer.status_code, answer.json()["name"]) == (410, "project-taken-down")
    put_back(INSTALLATION, project)
    assert client.get(address, headers=key).status_code == client.get(rune).status_code == 200


@pytest.mark.protects("roles/taken-down")
def test_a_private_project_that_was_taken_down_is_to_strangers_as_if_it_were_not_there(
    project: Project, stranger: User
) -> None:
    take_down(INSTALLATION, project, REASON)
    for actor, nothing in ((acting_as(stranger), NotFound), (VISITOR, SignInNeeded)):
        with pytest.raises(nothing):
            find_project(actor, "acme", "kitchen", Verb.SEE)


@pytest.mark.slow
def test_pages_that_are_open_to_others_name_the_address_for_reports(
    project: Project, build: Build, developer: User, stranger: User, browser_of: Browser, settings: Any
) -> None:
    update_page(developer, about="", shows_page=True)
    pages = ("/acme/kitchen", f"/users/{developer.pk}")
    assert all("mailto:" not in browser_of(None).get(page).content.decode() for page in pages)
    settings.REPORT_ADDRESS = "abuse@host.example"
    for browser in (browser_of(None), browser_of(stranger)):
        rune, person = (browser.get(page).content.decode() for page in pages)
        assert 'href="mailto:abuse@host.example?subject=Report%20of%20acme%2Fkitchen"' in rune
        assert 'href="mailto:abuse@host.example?subject=Report%20of%20Jo%20Okafor"' in person
    assert all("mailto:" not in browser_of(developer).get(page).content.decode() for page in pages)
    take_down(INSTALLATION, project, REASON)
    assert 'href="mailto:abuse@host.example"' in browser_of(developer).get("/acme/kitchen").content.decode()
