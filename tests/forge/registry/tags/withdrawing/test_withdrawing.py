"""A withdrawn version: no list has it and nobody gets it by name; who pinned its digest still gets the bytes."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client

from forge.accounts.actions import create_token
from forge.accounts.models import Membership, Organisation, Role
from forge.builds.models import BuildChoices
from forge.core.errors import Forbidden, Invalid, NotFound
from forge.core.models import AuditEntry, Event
from forge.notices.models import Notice
from forge.player.runs import runs_of
from forge.projects.actions import fork_project, update_project, write_file
from forge.projects.errors import NothingToCopy
from forge.projects.models import Version
from forge.projects.versions.store import working_tree
from forge.registry.models import Listing, Repository, Tag
from forge.registry.registrations import what_is_published
from forge.registry.repository.access import advice_on
from forge.registry.tags.access import default_tag, find_tag, tags_of
from forge.registry.tags.errors import NotPublishable, TagWithdrawn
from forge.registry.tags.proposal import next_tag, next_tag_of
from forge.registry.tags.publishing.actions import publish_build
from forge.registry.tags.withdrawing.actions import end_withdrawal, withdraw_tag
from tests.support.forge.factories.builds import RUNE, approved, built
from tests.support.forge.factories.preconditions import etag_form, etag_headers

pytestmark = pytest.mark.django_db
REASON = "It had a password in it."


@pytest.fixture
def tags(project: Any, developer: Any, owner: Any) -> Any:
    """`1.0`, which had a secret in its files, and `1.1`, of a public project that shares its files."""
    write_file(developer, project, "secret.txt", b"hunter2")
    first = publish_build(developer, approved(built(developer, project)), "1.0")
    write_file(developer, project, "secret.txt", b"nothing")
    publish_build(developer, approved(built(developer, project, RUNE + b"more")), "1.1")
    update_project(owner, project, visibility="public", shares_files=True)
    return first


@pytest.mark.slow
@pytest.mark.protects("registry/withdrawn-versions")
def test_no_list_has_it_and_nobody_gets_it_by_its_name(
    tags: Any, project: Any, developer: Any, stranger: Any, browser_of: Any
) -> None:
    withdraw_tag(developer, project, "1.0", REASON)
    assert [tag.name for tag in tags_of(stranger, project)] == ["1.1"]
    assert [run["tag"] for run in runs_of(stranger, project)["tags"]] == ["1.1"]
    browser = browser_of(stranger)
    for address in ("tags/1.0/rune", "tags/1.0/packages/c"):
        answer = browser.get(f"/api/v1/projects/acme/kitchen/{address}")
        assert (answer.status_code, answer.json()["title"]) == (404, "This version was withdrawn")
    assert REASON in answer.json()["detail"]
    listing = browser.get("/api/v1/projects/acme/kitchen/tags").json()
    assert [tag["tag"] for tag in listing["tags"]] == ["1.1"]
    assert browser.get("/acme/kitchen?tag=1.0").status_code == 404
    assert "1.0" not in browser.get("/acme/kitchen").content.decode().partition("<h2>Versions</h2>")[2]
    page = browser_of(developer).get("/acme/kitchen/published").content.decode()
    assert REASON in page
    assert "Publish it again" in page


@pytest.mark.slow
@pytest.mark.protects("registry/withdrawn-versions")
def test_who_pinned_its_digest_gets_the_bytes_with_a_warning(
    tags: Any, project: Any, developer: Any, stranger: Any
) -> None:
    digest = tags.manifest.blob_id
    withdraw_tag(developer, project, "1.0", REASON)
    _, secret = create_token(stranger, "pull", ["registry"], None)
    client, headers = Client(), {"Authorization": f"Bearer {secret}"}
    by_name = client.get("/v2/acme/kitchen/manifests/1.0", headers=headers)
    assert (by_name.status_code, REASON in by_name.json()["errors"][0]["message"]) == (404, True)
    by_digest = client.get(f"/v2/acme/kitchen/manifests/{digest}", headers=headers)
    assert by_digest.status_code == 200
    assert REASON in by_digest.headers["Warning"]
    assert client.get("/v2/acme/kitchen/tags/list", headers=headers).json()["tags"] == ["1.1"]


@pytest.mark.slow
@pytest.mark.protects("registry/shared-versions")
def test_outsiders_copy_what_is_published_and_was_not_withdrawn(
    tags: Any, project: Any, developer: Any, stranger: Any
) -> None:
    other = Organisation.objects.get(name="other")
    withdraw_tag(developer, project, "1.0", REASON)
    fork = fork_project(stranger, project, other, "mine")
    assert working_tree(fork).texts["secret.txt"] == b"nothing"
    assert "Published as 1.0" not in list(Version.objects.filter(project=fork).values_list("message", flat=True))
    withdraw_tag(developer, project, "1.1", REASON)
    with pytest.raises(NothingToCopy):
        fork_project(stranger, project, other, "more")


@pytest.mark.slow
@pytest.mark.protects("registry/shared-versions")
def test_another_tag_of_the_same_files_is_not_shared_either(
    project: Any, developer: Any, owner: Any, stranger: Any
) -> None:
    """Two builds of the same files, such as for another aim: the secret is in both."""
    publish_build(developer, approved(built(developer, project)), "1.0")
    BuildChoices.objects.create(project=project, optimize="size")
    small = publish_build(developer, approved(built(developer, project, RUNE + b"small")), "1.0-small")
    assert small.manifest != Tag.objects.get(name="1.0").manifest, "the bytes differ"
    update_project(owner, project, visibility="public", shares_files=True)
    withdraw_tag(developer, project, "1.0", REASON)
    with pytest.raises(NothingToCopy):
        fork_project(stranger, project, Organisation.objects.get(name="other"), "mine")


@pytest.mark.slow
@pytest.mark.protects("registry/withdrawn-versions")
def test_all_tags_of_the_same_bytes_go_with_it_and_its_bytes_are_not_published_again(
    tags: Any, project: Any, developer: Any
) -> None:
    publish_build(developer, tags.build, "latest")
    withdraw_tag(developer, project, "latest", REASON)
    assert set(Tag.objects.exclude(withdrawn=None).values_list("name", flat=True)) == {"1.0", "latest"}
    for name in ("1.0", "again"):
        with pytest.raises(NotPublishable, match="withdrawn"):
            publish_build(developer, tags.build, name)
    publish_build(developer, Tag.objects.get(name="1.1").build, "latest")
    assert {tag.name for tag in tags_of(developer, project)} == {"1.1", "latest"}


@pytest.mark.slow
@pytest.mark.protects("registry/withdrawn-versions")
def test_bytes_stay_withdrawn_when_their_tag_is_set_to_others(
    tags: Any, project: Any, developer: Any, owner: Any, stranger: Any
) -> None:
    digest = tags.manifest.blob_id
    BuildChoices.objects.create(project=project, optimize="size")
    publish_build(developer, tags.build, "latest")
    Tag.objects.filter(name="1.0").delete()
    withdraw_tag(developer, project, "latest", REASON)
    publish_build(developer, Tag.objects.get(name="1.1").build, "latest")
    assert "latest" in {tag.name for tag in tags_of(developer, project)}

    repository = Repository.objects.get(project=project)
    assert REASON in advice_on(repository, digest)
    assert advice_on(repository, Tag.objects.get(name="1.1").manifest.blob_id) == ""
    with pytest.raises(NotPublishable, match="withdrawn"):
        publish_build(developer, tags.build, "2.0")
    write_file(developer, project, "secret.txt", b"hunter2")
    other = publish_build(developer, approved(built(developer, project, RUNE + b"small")), "1.0-small")
    assert other.manifest.blob_id != digest
    assert "1.0-small" not in shared_names(stranger, project)

    end_withdrawal(developer, project, "latest")
    assert publish_build(developer, tags.build, "2.0").name == "2.0"
    assert advice_on(repository, digest) == ""


def shared_names(stranger: Any, project: Any) -> set[str]:
    """The tags whose files a stranger gets."""
    versions = what_is_published(stranger, project)
    return set() if versions is None else {name for _, names in versions.tagged_versions for name in names}


@pytest.mark.slow
def test_explore_lists_what_is_left(tags: Any, project: Any, developer: Any) -> None:
    withdraw_tag(developer, project, "1.1", REASON)
    assert Listing.objects.get().tag.name == "1.0"
    withdraw_tag(developer, project, "1.0", REASON)
    assert not Listing.objects.exists()
    assert default_tag(tags_of(developer, project)) is None
    end_withdrawal(developer, project, "1.0")
    assert Listing.objects.get().tag.name == "1.0"


@pytest.mark.slow
def test_it_is_written_down_and_people_hear_of_it(tags: Any, project: Any, developer: Any, owner: Any) -> None:
    withdraw_tag(owner, project, "1.0", REASON)
    withdraw_tag(owner, project, "1.0", REASON)
    assert AuditEntry.objects.get(action="tag.withdraw").data["reason"] == REASON
    assert Event.objects.filter(stream_id=project.stream, type="tag.withdrawn").count() == 1
    assert Notice.objects.filter(person=developer, kind="withdrawn").exists()
    end_withdrawal(owner, project, "1.0")
    end_withdrawal(owner, project, "1.0")
    assert AuditEntry.objects.filter(action="tag.restore").count() == 1


@pytest.mark.slow
def test_who_may_not_publish_withdraws_nothing(
    tags: Any, project: Any, reviewer: Any, stranger: Any, developer: Any
) -> None:
    for person, refusal in ((reviewer, Forbidden), (stranger, NotFound)):
        with pytest.raises(refusal):
            withdraw_tag(person, project, "1.0", REASON)
        with pytest.raises(refusal):
            end_withdrawal(person, project, "1.0")
    with pytest.raises(Invalid):
        withdraw_tag(developer, project, "1.0", " ")
    with pytest.raises(IntegrityError), transaction.atomic():
        Tag.objects.filter(name="1.0").update(withdrawal="why")


@pytest.mark.slow
def test_the_api_and_the_page_withdraw_and_list_again(tags: Any, project: Any, developer: Any, browser_of: Any) -> None:
    browser, address = browser_of(developer), "/api/v1/projects/acme/kitchen/tags/1.0/withdrawal"
    options = {"content_type": "application/json", "headers": etag_headers(address)}
    answer = browser.put(address, {"reason": REASON}, **options)
    assert (answer.status_code, answer.json()["withdrawal"]) == (200, REASON)
    assert browser.delete(address, headers=etag_headers(address)).json()["withdrawn"] is None
    form = "/acme/kitchen/tags/1.0"
    page = browser.post(form, etag_form(form, do="withdraw", reason=REASON))
    assert (page.status_code, Tag.objects.get(name="1.0").withdrawal) == (302, REASON)
    browser.post(form, etag_form(form, do="restore"))
    assert not Tag.objects.get(name="1.0").is_withdrawn


@pytest.mark.slow
def test_the_operators_command(tags: Any, project: Any, developer: Any) -> None:
    output = StringIO()
    call_command("withdraw_version", "acme/kitchen:1.0", REASON, stdout=output)
    assert "acme/kitchen:1.0 was withdrawn" in output.getvalue()
    with pytest.raises(TagWithdrawn, match="password"):
        find_tag(developer, project, "1.0")
    for version in ("acme/nothing:1.0", "acme/kitchen:9.9"):
        with pytest.raises(CommandError):
            call_command("withdraw_version", version, REASON)


FORGE_YML = """\
# Ask ana@acme.example before you change this.
limits:
  size: 2 MB
groups:
  audio: [ana@acme.example, ben@acme.example]
approvals:
- from: [audio]
- count: 1
  from: [owner]
protected-tags: ["1.*"]
"""


@pytest.mark.slow
@pytest.mark.protects("registry/copied-addresses")
def test_a_fork_leaves_the_people_of_forge_yml_behind_and_says_so(
    project: Any, developer: Any, owner: Any, stranger: Any, organisation: Organisation
) -> None:
    write_file(owner, project, "forge.yml", FORGE_YML.encode())
    publish_build(owner, approved(built(owner, project)), "nightly")
    update_project(owner, project, visibility="public", shares_files=True)
    fork = fork_project(stranger, project, Organisation.objects.get(name="other"), "mine")
    text = working_tree(fork).texts["forge.yml"].decode()
    assert "@" not in text
    assert text.startswith(
        "# The groups, approvals, owners and checks of the project that this was copied from named its people"
    )
    assert "size: 2 MB" in text
    assert 'protected-tags: ["1.*"]' in text
    assert "groups:" not in text
    for version in Version.objects.filter(project=fork):
        assert version.manifest["forge.yml"]["size"] == len(text)
    Membership.objects.create(organisation=organisation, user=stranger, role=Role.DEVELOPER)
    assert "@" not in working_tree(fork_project(stranger, project, organisation, "own")).texts["forge.yml"].decode()


@pytest.mark.slow
@pytest.mark.protects("registry/withdrawn-versions")
def test_a_withdrawn_tag_is_not_proposed_again(tags: Any, project: Any, developer: Any) -> None:
    name = next_tag_of(developer, project)
    write_file(developer, project, "notes.txt", b"next")
    publish_build(developer, approved(built(developer, project, RUNE + b"next")), name)
    withdraw_tag(developer, project, name, "It leaks a key.")
    proposal = next_tag_of(developer, project)
    assert proposal != name
    assert not Tag.objects.filter(name=proposal).exists()


def test_the_next_tag_is_one_more_and_none_that_looks_like_a_used_one() -> None:
    assert next_tag([], set()) == "1.0"
    assert next_tag([], {"1.0"}) == "1.1"
    assert next_tag([], {"1.O", "1.l"}) == "1.2"
    assert next_tag(["nightly", "2.9", "3.0"], {"2.9", "3.0"}) == "2.10"
    assert next_tag(["1.1"], {"1.1", "1.2", "1.3"}) == "1.4"
