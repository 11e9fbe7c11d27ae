"""A published name never comes to mean other bytes: both ways to take one over, by pages, the API and `/v2/`."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from forge.accounts.actions import create_organisation, create_token, update_organisation
from forge.accounts.errors import NameInUse, TooManyNames
from forge.accounts.models import Organisation, ReservedName, User
from forge.accounts.organisations.name_reservations import MAX_NAMES
from forge.projects.actions import create_project, delete_project, restore_project, update_project, write_file
from forge.projects.models import Project
from forge.registry.models import Tag
from forge.registry.tags.access import tags_of
from forge.registry.tags.errors import TagInUse
from forge.registry.tags.publishing.actions import publish_build
from tests.support.forge.factories.builds import RUNE, approved, built
from tests.support.forge.factories.preconditions import etag_form, etag_headers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reviewer")]  # who approves what the others made

API = "/api/v1"
JSON = "application/json"
OTHER = RUNE + b"evil"
Browser = Callable[[User | None], Client]


def publish(person: User, project: Project, tag: str, rune: bytes = RUNE) -> str:
    """Publishes a build with these bytes, and answers its manifest's digest."""
    return publish_build(person, approved(built(person, project, rune)), tag).manifest.blob_id


def pulled(address: str, person: User) -> tuple[int, str]:
    """The answer of `/v2/` for `organisation/name:tag`, after redirects: a status and a digest."""
    _, secret = create_token(person, "pull", ["registry"], None)
    name, tag = address.split(":")
    headers = {"Authorization": f"Bearer {secret}"}
    answer = Client().head(f"/v2/{name}/manifests/{tag}", headers=headers)
    if answer.status_code == 307:
        answer = Client().head(answer.headers["Location"], headers=headers)
    return answer.status_code, answer.headers.get("Docker-Content-Digest", "")


@pytest.fixture
def digest(project: Project, owner: User, developer: User) -> str:
    """The digest of `acme/kitchen:1.0`, which anyone may pull."""
    update_project(owner, project, visibility="public")
    return publish(developer, project, "1.0")


def ways_to_take_an_organisations_name(browser: Client, name: str) -> list[Any]:
    """The answers to all attempts of a person of `other` to have an organisation of this name."""
    api = f"{API}/organisations/other"
    return [
        browser.post("/organisations/new", {"name": name, "title": ""}),
        browser.post("/other/-/settings", etag_form("/other/-/settings", name=name, title="")),
        browser.post(f"{API}/organisations", {"name": name, "title": ""}, content_type=JSON),
        browser.patch(api, {"name": name}, content_type=JSON, headers=etag_headers(api)),
    ]


@pytest.mark.slow
@pytest.mark.protects("registry/taken-names")
def test_a_renamed_organisations_name_is_taken_by_nobody_who_would_serve_other_bytes(
    digest: str, organisation: Organisation, owner: User, stranger: User, browser_of: Browser
) -> None:
    update_organisation(owner, organisation, name="acme-two")
    for answer in ways_to_take_an_organisations_name(browser_of(stranger), "acme"):
        assert answer.status_code == 409
    assert pulled("acme/kitchen:1.0", stranger) == (200, digest)


@pytest.mark.slow
@pytest.mark.protects("registry/other-bytes")
def test_a_project_made_anew_serves_no_other_bytes_under_a_published_version(
    digest: str, project: Project, owner: User, stranger: User, browser_of: Browser
) -> None:
    delete_project(owner, project)
    again = create_project(owner, project.organisation, "kitchen")
    update_project(owner, again, visibility="public")
    build = built(owner, again, OTHER)
    browser = browser_of(owner)
    page, address = f"/acme/kitchen/builds/{build.number}/publish", f"{API}/projects/acme/kitchen/tags"
    by_page = browser.post(page, etag_form(page, tag="1.0"))
    body = {"tag": "1.0", "build": str(build.pk)}
    by_api = browser.post(address, body, content_type=JSON, headers=etag_headers(address, body))
    assert (by_page.status_code, by_api.status_code) == (409, 409)
    assert pulled("acme/kitchen:1.0", stranger) == (404, "")
    # The same bytes, and other versions, harm nobody.
    assert publish(owner, again, "1.1", OTHER) == pulled("acme/kitchen:1.1", stranger)[1]


@pytest.mark.slow
@pytest.mark.protects("registry/other-bytes")
def test_a_project_renamed_to_a_published_name_brings_no_other_bytes(
    digest: str, project: Project, owner: User, stranger: User, browser_of: Browser
) -> None:
    other = create_project(owner, project.organisation, "copy")
    update_project(owner, other, visibility="public")
    publish(owner, other, "1.0", OTHER)
    update_project(owner, project, name="pantry")
    browser = browser_of(owner)
    fields = {"name": "kitchen", "description": "", "visibility": "public"}
    by_page = browser.post("/acme/copy/settings", etag_form("/acme/copy/settings", **fields))
    api = f"{API}/projects/acme/copy"
    by_api = browser.patch(api, {"name": "kitchen"}, content_type=JSON, headers=etag_headers(api))
    assert (by_page.status_code, by_api.status_code) == (409, 409)
    assert pulled("acme/kitchen:1.0", stranger) == pulled("acme/pantry:1.0", stranger) == (200, digest)


@pytest.mark.slow
@pytest.mark.protects("registry/other-bytes")
def test_a_version_keeps_its_meaning_at_the_former_names_that_led_to_it(
    project: Project, owner: User, stranger: User
) -> None:
    update_project(owner, project, name="pantry", visibility="public")
    digest = publish(owner, project, "1.0")
    assert pulled("acme/kitchen:1.0", stranger) == (200, digest)
    again = create_project(owner, project.organisation, "kitchen")
    with pytest.raises(TagInUse, match=r"acme/kitchen:1\.0 was published before"):
        publish(owner, again, "1.0", OTHER)
    # Nor does a name that leads to a project give its versions another meaning.
    update_project(owner, again, name="larder")
    with pytest.raises(TagInUse, match=r"acme/kitchen:1\.0 was published before"):
        publish(owner, again, "1.0", OTHER)


@pytest.mark.slow
@pytest.mark.protects("registry/other-bytes")
def test_a_deleted_project_takes_its_versions_back_but_to_no_name_where_they_mean_other_bytes(
    digest: str, project: Project, owner: User, stranger: User
) -> None:
    organisation = project.organisation
    delete_project(owner, project)
    other = create_project(owner, organisation, "copy")
    publish(owner, other, "1.0", OTHER)
    delete_project(owner, other)
    with pytest.raises(NameInUse, match=r"acme/copy:1\.0 was published with other bytes"):
        restore_project(owner, organisation, "kitchen", "copy")
    restore_project(owner, organisation, "kitchen", "larder")
    assert pulled("acme/larder:1.0", stranger) == (200, digest)
    update_project(owner, Project.objects.get(pk=project.pk), name="kitchen")
    assert pulled("acme/kitchen:1.0", stranger) == (200, digest)


@pytest.mark.slow
@pytest.mark.protects("registry/other-bytes")
def test_a_version_keeps_its_meaning_after_its_tag_is_gone(digest: str, project: Project, developer: User) -> None:
    first = Tag.objects.get().build
    Tag.objects.all().delete()
    write_file(developer, project, "notes.txt", b"other files, so another build")
    with pytest.raises(TagInUse):
        publish(developer, project, "1.0", OTHER)
    assert publish_build(developer, first, "1.0").manifest.blob_id == digest


@pytest.mark.slow
@pytest.mark.protects("registry/refused-names")
def test_a_name_is_held_for_who_published_privately_too_and_the_answer_does_not_say_so(
    project: Project, owner: User, developer: User, stranger: User, browser_of: Browser
) -> None:
    publish(developer, project, "latest")
    update_organisation(owner, project.organisation, name="acme-two")
    create_organisation(owner, "plain")
    acme, plain = (ways_to_take_an_organisations_name(browser_of(stranger), name) for name in ("acme", "plain"))
    assert [answer.status_code for answer in acme] == [answer.status_code for answer in plain] == [409] * 4
    for one, other in zip(acme[2:], plain[2:], strict=True):
        assert one.json()["detail"] == other.json()["detail"].replace("plain", "acme")


@pytest.mark.slow
def test_an_organisation_takes_its_own_name_back(
    digest: str, organisation: Organisation, owner: User, stranger: User
) -> None:
    update_organisation(owner, organisation, name="acme-two")
    update_organisation(owner, organisation, name="acme")
    assert pulled("acme/kitchen:1.0", stranger) == (200, digest)
    # The name in between led to the tags that it had published.
    with pytest.raises(NameInUse):
        create_organisation(stranger, "acme-two")


@pytest.mark.slow
@pytest.mark.protects("registry/used-up-names")
@pytest.mark.parametrize("when", ["before publishing", "after publishing"])
def test_nobody_uses_up_all_names_by_renaming(
    project: Project, organisation: Organisation, owner: User, when: str
) -> None:
    if when == "after publishing":
        publish(owner, project, "1.0")
    for number in range(2, MAX_NAMES + 1):
        update_organisation(owner, organisation, name=f"acme-{number}")
    with pytest.raises(TooManyNames, match="has had 10 names"):
        update_organisation(owner, organisation, name="one-more")
    update_organisation(owner, organisation, name="acme")
    update_organisation(owner, organisation, title="Acme again")


@pytest.mark.slow
@pytest.mark.protects("registry/taken-names")
def test_a_former_name_from_before_the_first_publishing_is_held_since_it_leads_there(
    project: Project, organisation: Organisation, owner: User, stranger: User
) -> None:
    update_organisation(owner, organisation, name="acme-two")
    update_project(owner, project, visibility="public")
    digest = publish(owner, Project.objects.get(pk=project.pk), "1.0")
    assert pulled("acme/kitchen:1.0", stranger) == (200, digest)
    with pytest.raises(NameInUse):
        create_organisation(stranger, "acme")


@pytest.mark.protects("registry/taken-names")
def test_a_name_is_held_also_when_its_organisation_is_gone(organisation: Organisation, stranger: User) -> None:
    ReservedName.objects.create(name=organisation.name, organisation=organisation.pk)
    organisation.delete()
    with pytest.raises(NameInUse):
        create_organisation(stranger, "acme")


@pytest.mark.slow
@pytest.mark.protects("registry/taken-names")
@pytest.mark.django_db(transaction=True)
def test_a_name_is_not_taken_while_something_is_published_under_it(
    project: Project, organisation: Organisation, owner: User, stranger: User
) -> None:
    update_organisation(owner, organisation, name="acme-two")
    build = approved(built(owner, Project.objects.get(pk=project.pk)))

    def take() -> bool:
        try:
            create_organisation(stranger, "acme")
        except NameInUse:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(1) as threads:
        taking = threads.submit(take)
        publish_build(owner, build, "1.0")
        succeeded = taking.result()
    # Whichever came first: the name is the taker's, or it is held from them.
    is_reserved = ReservedName.objects.filter(name="acme", organisation=organisation.pk).exists()
    assert succeeded is not is_reserved


@pytest.mark.slow
def test_a_tag_says_whether_it_moves(project: Project, developer: User, browser_of: Browser) -> None:
    for tag in ("1.0", "latest"):
        publish(developer, project, tag)
    assert {tag.name: tag.moves for tag in tags_of(developer, project)} == {"1.0": False, "latest": True}
    browser = browser_of(developer)
    tags = browser.get(f"{API}/projects/acme/kitchen/tags").json()["tags"]
    assert {tag["tag"]: tag["moves"] for tag in tags} == {"1.0": False, "latest": True}
    assert "can move to another build" in browser.get("/acme/kitchen?tag=latest").content.decode()
    assert "can move to another build" not in browser.get("/acme/kitchen?tag=1.0").content.decode()
