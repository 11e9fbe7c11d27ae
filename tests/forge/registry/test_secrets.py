"""Secrets in the files keep a build from being published and files from being shared, unless somebody says why."""

from __future__ import annotations

from typing import Any

import pytest

from forge.core.errors import Forbidden, Invalid
from forge.core.models import AuditEntry
from forge.projects.actions import update_project, write_file
from forge.registry.actions import publish_build, publish_past_gate, withdraw_tag
from forge.registry.blocks.actions import publish_block
from forge.registry.errors import GateClosed, NothingToOverride
from forge.registry.models import Publication, Tag
from tests.forge.factories.builds import RUNE, approved, built
from tests.rune.shared_blocks import SMOOTH

pytestmark = pytest.mark.django_db
KEY = b"# for the upload\nkey = " + b"AKIA" + b"Z7QK3MP2W4XN8RT5\n"
PLACE = "upload.py, line 2, looks like a secret (AWS Access Key)."
REASON = "It is the example of a public guide."


@pytest.fixture
def leaking(project: Any, developer: Any) -> Any:
    """A build whose files have a key."""
    write_file(developer, project, "upload.py", KEY)
    return built(developer, project)


@pytest.mark.protects("registry/secrets")
@pytest.mark.parametrize("tag", ["nightly", "1.0"])
def test_a_build_with_a_secret_is_not_published_and_the_secret_is_not_repeated(
    leaking: Any, developer: Any, tag: str
) -> None:
    with pytest.raises(GateClosed) as refusal:
        publish_build(developer, leaking, tag)
    assert PLACE in refusal.value.detail
    assert "AKIA" not in refusal.value.detail
    assert not Tag.objects.exists()


def test_without_it_the_next_build_is_published(leaking: Any, project: Any, developer: Any) -> None:
    write_file(developer, project, "upload.py", b"key = os.environ['KEY']\n")
    assert publish_build(developer, built(developer, project, RUNE + b"more"), "nightly").name == "nightly"


@pytest.mark.protects("registry/secrets")
def test_an_owner_says_why_it_is_none_and_others_read_that(
    leaking: Any, project: Any, developer: Any, owner: Any, browser_of: Any
) -> None:
    with pytest.raises(Forbidden):
        publish_past_gate(developer, leaking, "nightly", REASON)
    with pytest.raises(Invalid):
        publish_past_gate(owner, leaking, "nightly", "no")
    publish_past_gate(owner, leaking, "nightly", REASON)
    publication = Publication.objects.get()
    assert (publication.reason, publication.missing[0].startswith(PLACE)) == (REASON, True)
    entry = AuditEntry.objects.get(action="tag.override")
    assert (entry.data["reason"], entry.data["missing"]) == (REASON, publication.missing)
    assert REASON in browser_of(developer).get("/acme/kitchen").content.decode()


def test_a_build_without_secrets_has_nothing_to_override(project: Any, developer: Any, owner: Any) -> None:
    with pytest.raises(NothingToOverride):
        publish_past_gate(owner, built(developer, project), "nightly", REASON)


def test_the_page_and_the_gate_say_where_it_is(leaking: Any, owner: Any, developer: Any, browser_of: Any) -> None:
    address = f"/acme/kitchen/builds/{leaking.number}"
    shown = browser_of(owner).get(address).content.decode()
    assert "No secrets in the files" in shown
    assert PLACE in shown
    assert f'action="{address}/publish-past-gate"' in shown
    assert f'action="{address}/publish-past-gate"' not in browser_of(developer).get(address).content.decode()
    gate = browser_of(developer).get(f"/api/v1/builds/{leaking.pk}/gate?tag=nightly").json()
    assert (gate["protected"], gate["missing"][0].startswith(PLACE)) == (False, True)
    assert gate["steps"][0]["title"] == "No secrets in the files"


@pytest.mark.protects("registry/secrets")
def test_a_version_of_a_block_passes_the_same_search(project: Any, developer: Any, owner: Any) -> None:
    write_file(developer, project, "smooth.py", SMOOTH)
    write_file(developer, project, "upload.py", KEY)
    with pytest.raises(GateClosed, match="looks like a secret"):
        publish_block(developer, project, "smooth.py", "1.0")
    assert publish_block(owner, project, "smooth.py", "1.0", past=REASON).version == "1.0"


@pytest.mark.protects("registry/secrets")
def test_files_with_a_secret_are_shared_with_a_reason_alone(
    leaking: Any, project: Any, owner: Any, browser_of: Any
) -> None:
    publish_past_gate(owner, approved(leaking), "1.0", REASON)
    with pytest.raises(Invalid, match=r"upload\.py, line 2") as refusal:
        update_project(owner, project, visibility="public", shares_files=True)
    assert "sharing_reason" in refusal.value.errors
    project.refresh_from_db()
    assert (project.visibility, project.shares_files) == ("private", False)
    browser = browser_of(owner)
    form = {"name": "kitchen", "description": "", "visibility": "public", "shares_files": "on"}
    again = browser.post("/acme/kitchen/settings", form)
    assert again.status_code == 400
    assert 'name="sharing_reason"' in again.content.decode()
    assert 'name="shares_files" checked' in again.content.decode()
    answer = browser.post("/acme/kitchen/settings", form | {"sharing_reason": REASON})
    assert answer.status_code == 302, answer.content.decode()
    project.refresh_from_db()
    assert project.shares_files
    entry = AuditEntry.objects.filter(action="project.update").latest("at")
    assert (entry.data["reason"], len(entry.data["secrets"])) == (REASON, 1)


def test_what_was_withdrawn_is_not_in_the_way(leaking: Any, project: Any, owner: Any, developer: Any) -> None:
    publish_past_gate(owner, approved(leaking), "1.0", REASON)
    withdraw_tag(developer, project, "1.0", "It had a key in it.")
    update_project(owner, project, visibility="public", shares_files=True)
    project.refresh_from_db()
    assert project.shares_files


def test_the_api_takes_the_reason(leaking: Any, project: Any, owner: Any, browser_of: Any) -> None:
    publish_past_gate(owner, approved(leaking), "1.0", REASON)
    browser = browser_of(owner)
    address = "/api/v1/projects/acme/kitchen"
    refused = browser.patch(address, {"shares_files": True}, content_type="application/json")
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["sharing_reason"])
    body = {"shares_files": True, "sharing_reason": REASON}
    assert browser.patch(address, body, content_type="application/json").status_code == 200
