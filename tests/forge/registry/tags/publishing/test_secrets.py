"""Secrets in the files keep a build from being published and files from being shared, unless somebody says why."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from forge.accounts.models import Membership
from forge.compute.child.steps import secret_search as secret_search
from forge.compute.child.steps.secret_search import search_files
from forge.compute.pool.language import summary_pool
from forge.core.errors import Busy, Forbidden, Invalid
from forge.core.models import AuditEntry
from forge.projects.actions import update_project, write_file
from forge.projects.models import Version
from forge.projects.versions.store import VersionFiles
from forge.registry.blocks.actions import publish_block
from forge.registry.hooks import block_gate, gate
from forge.registry.models import Publication, Tag
from forge.registry.tags.errors import GateClosed, NothingToOverride
from forge.registry.tags.publishing.actions import publish_build, publish_past_gate
from forge.registry.tags.withdrawing.actions import withdraw_tag
from forge.reviews.gate.check import UNSEARCHED_FILES
from tests.support.forge.factories.builds import RUNE, approved, built
from tests.support.forge.factories.preconditions import etag_form, etag_headers
from tests.support.runes.shared_blocks import SMOOTH

pytestmark = pytest.mark.django_db
KEY = b"# for the upload\nkey = " + b"AKIA" + b"Z7QK3MP2W4XN8RT5\n"
PLACE = "upload.py, line 2, looks like a secret (AWS Access Key)."
REASON = "It is the example of a public guide."


@pytest.fixture
def leaking(project: Any, developer: Any) -> Any:
    """A build whose files have a key."""
    write_file(developer, project, "upload.py", KEY)
    return built(developer, project)


@pytest.mark.slow
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


@pytest.mark.slow
def test_without_it_the_next_build_is_published(leaking: Any, project: Any, developer: Any) -> None:
    write_file(developer, project, "upload.py", b"key = os.environ['KEY']\n")
    assert publish_build(developer, built(developer, project, RUNE + b"more"), "nightly").name == "nightly"


@pytest.fixture
def searches(leaking: Any, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The build as it was made before builds searched their files. Lists the searches that somebody causes."""
    searches: list[Any] = []

    def search(organisation: Any, manifest: Any) -> dict[str, Any]:
        searches.append(manifest)
        return search_files(VersionFiles(manifest), sorted(manifest))

    monkeypatch.setattr(summary_pool, "search_secrets", search)
    Version.objects.update(secrets=None)
    leaking.refresh_from_db()
    return searches


@pytest.mark.slow
@pytest.mark.protects("registry/costly-searches")
def test_no_page_searches(
    searches: list[Any], leaking: Any, developer: Any, browser_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = browser_of(developer)
    addresses = [
        f"/acme/kitchen/builds/{leaking.number}",
        f"/api/v1/builds/{leaking.pk}/gate?tag=1.0",
        f"/api/v1/builds/{leaking.pk}",
        "/acme/kitchen",
    ]
    monkeypatch.setattr(secret_search, "search_texts", lambda *_: pytest.fail("searched in this process"))
    assert [browser.get(address, follow=True).status_code for address in addresses] == [200, 200, 200, 200]
    assert searches == []
    assert Version.objects.get(pk=leaking.version_id).secrets is None


@pytest.mark.slow
@pytest.mark.protects("registry/costly-searches")
def test_who_publishes_causes_one_search_whose_result_stays(searches: list[Any], leaking: Any, developer: Any) -> None:
    for tag in ("nightly", "weekly"):
        with pytest.raises(GateClosed, match=r"upload\.py, line 2, looks like a secret"):
            publish_build(developer, leaking, tag)
        leaking.refresh_from_db()
    assert len(searches) == 1
    assert leaking.version.secrets["places"][0]["path"] == "upload.py"


@pytest.mark.protects("registry/costly-searches")
def test_who_may_not_publish_causes_no_search(searches: list[Any], leaking: Any, viewer: Any, developer: Any) -> None:
    with pytest.raises(Forbidden):
        publish_build(viewer, leaking, "nightly")
    with pytest.raises(Forbidden):
        update_project(developer, leaking.project, shares_files=True)
    assert searches == []


@pytest.mark.protects("registry/unread-files")
def test_a_search_that_did_not_end_refuses_and_says_so(
    searches: list[Any], leaking: Any, developer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile = {"places": [], "unread": ["big.txt"]}
    monkeypatch.setattr(summary_pool, "search_secrets", lambda *_: hostile)
    with pytest.raises(GateClosed, match=r"The search of big\.txt for secrets timed out"):
        publish_build(developer, leaking, "nightly")
    assert not Tag.objects.exists()


@pytest.mark.slow
@pytest.mark.protects("registry/unread-files")
def test_a_search_that_failed_stores_nothing_and_can_be_tried_again(
    searches: list[Any], leaking: Any, developer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    failure = {"error": {"name": "too-slow", "message": "The request was stopped after 15 seconds."}}
    with monkeypatch.context() as patch:
        patch.setattr(summary_pool, "search_secrets", lambda *_: failure)
        with pytest.raises(
            Busy, match=r"search for secrets failed. The request was stopped after 15 seconds. Try again"
        ):
            publish_build(developer, leaking, "nightly")
    assert not Tag.objects.exists()
    with pytest.raises(GateClosed, match="looks like a secret"):
        publish_build(developer, leaking, "nightly")


@pytest.mark.slow
@pytest.mark.protects("registry/unread-files")
def test_the_gate_lets_nothing_past_that_nobody_searched(searches: list[Any], leaking: Any) -> None:
    assert gate(leaking, "nightly").missing == (UNSEARCHED_FILES,)
    assert UNSEARCHED_FILES in block_gate(leaking.project, leaking.version, "1.0").missing


@pytest.mark.slow
@pytest.mark.protects("registry/secret-overrides")
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
    assert REASON in browser_of(developer).get("/acme/kitchen/published").content.decode()


def test_a_build_without_secrets_has_nothing_to_override(project: Any, developer: Any, owner: Any) -> None:
    with pytest.raises(NothingToOverride):
        publish_past_gate(owner, built(developer, project), "nightly", REASON)


@pytest.mark.slow
def test_the_page_and_the_gate_say_where_it_is(leaking: Any, owner: Any, developer: Any, browser_of: Any) -> None:
    address = f"/acme/kitchen/builds/{leaking.number}"
    page = browser_of(owner).get(f"{address}/publish").content.decode()
    assert "No secrets in the files" in page
    assert PLACE in page
    assert f'action="{address}/publish-past-gate"' in page
    assert (
        f'action="{address}/publish-past-gate"' not in browser_of(developer).get(f"{address}/publish").content.decode()
    )
    gate = browser_of(developer).get(f"/api/v1/builds/{leaking.pk}/gate?tag=nightly").json()
    assert (gate["protected"], gate["missing"][0].startswith(PLACE)) == (False, True)
    assert gate["steps"][0]["title"] == "No secrets in the files"


@pytest.mark.slow
@pytest.mark.protects("registry/secrets-in-blocks")
def test_a_version_of_a_block_passes_the_same_search(project: Any, developer: Any, owner: Any) -> None:
    write_file(developer, project, "smooth.py", SMOOTH)
    write_file(developer, project, "upload.py", KEY)
    with pytest.raises(GateClosed, match="looks like a secret"):
        publish_block(developer, project, "smooth.py", "1.0")
    assert publish_block(owner, project, "smooth.py", "1.0", reason=REASON).version == "1.0"


@pytest.mark.slow
def test_a_refused_block_of_a_tag_that_is_not_protected_is_not_called_protected(project: Any, owner: Any) -> None:
    Membership.objects.exclude(user=owner).delete()  # a team of one protects nothing
    write_file(owner, project, "smooth.py", SMOOTH)
    write_file(owner, project, "upload.py", KEY)
    with pytest.raises(GateClosed) as refusal:
        publish_block(owner, project, "smooth.py", "1.0")
    assert refusal.value.detail.startswith("smooth 1.0 was not published.")


@pytest.mark.slow
@pytest.mark.protects("registry/secrets-in-shared-files")
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
    fields = {"name": "kitchen", "description": "", "visibility": "public", "shares_files": "on"}
    form = etag_form("/acme/kitchen/settings", **fields)
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


@pytest.mark.slow
@pytest.mark.protects("registry/secrets-in-shared-files")
def test_versions_that_were_not_searched_are_before_they_are_shared(
    leaking: Any, searches: list[Any], project: Any, owner: Any
) -> None:
    publish_past_gate(owner, approved(leaking), "1.0", REASON)
    Version.objects.update(secrets=None)
    with pytest.raises(Invalid, match=r"upload\.py, line 2"):
        update_project(owner, project, visibility="public", shares_files=True)
    assert len(searches) == 2


@pytest.mark.slow
def test_what_was_withdrawn_is_not_in_the_way(leaking: Any, project: Any, owner: Any, developer: Any) -> None:
    publish_past_gate(owner, approved(leaking), "1.0", REASON)
    withdraw_tag(developer, project, "1.0", "It had a key in it.")
    update_project(owner, project, visibility="public", shares_files=True)
    project.refresh_from_db()
    assert project.shares_files


@pytest.mark.slow
def test_the_api_takes_the_reason(leaking: Any, project: Any, owner: Any, browser_of: Any) -> None:
    publish_past_gate(owner, approved(leaking), "1.0", REASON)
    browser = browser_of(owner)
    address = "/api/v1/projects/acme/kitchen"
    send = partial(browser.patch, address, content_type="application/json", headers=etag_headers(address))
    response = send(data={"shares_files": True})
    assert (response.status_code, list(response.json()["errors"])) == (400, ["sharing_reason"])
    body = {"shares_files": True, "sharing_reason": REASON}
    assert send(data=body).status_code == 200
