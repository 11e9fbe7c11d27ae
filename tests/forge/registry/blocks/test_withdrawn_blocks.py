"""A withdrawn version of a block: no list has it and nobody gets it by name; a lock with its digest goes on to work."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from forge.accounts.actions import create_token
from forge.core.errors import Forbidden, Invalid, NotFound
from forge.core.models import AuditEntry, Event
from forge.projects.actions import create_project, update_project, write_file
from forge.registry.blocks.access import best_blocks_of, blocks_in, blocks_of, locked_blocks
from forge.registry.blocks.actions import deprecate_block, end_block_withdrawal, publish_block, withdraw_block
from forge.registry.blocks.usable import usable_files
from forge.registry.models import BlockVersion
from forge.registry.tags.errors import NotPublishable, TagInUse
from rune.blocks.mounts import SHELF
from tests.support.forge.factories.builds import RUNE, approved, built
from tests.support.forge.factories.preconditions import etag_form, etag_headers
from tests.support.runes.shared_blocks import RUNEFILE, SMOOTH

pytestmark = pytest.mark.django_db
REASON = "It had a password in it."
PAGE = "/acme/kitchen/blocks/smooth"
API = "/api/v1/projects/acme/kitchen/blocks"


def _publish(person: Any, project: Any, version: str, source: bytes) -> BlockVersion:
    write_file(person, project, "smooth.py", source)
    approved(built(person, project, RUNE + version.encode()))
    return publish_block(person, project, "smooth.py", version)


@pytest.fixture
def sounds(project: Any, developer: Any, owner: Any) -> Any:
    """A public project with two versions of a block."""
    _publish(developer, project, "1.2", SMOOTH)
    _publish(developer, project, "1.3", SMOOTH + b"# faster\n")
    update_project(owner, project, visibility="public")
    return project


def _registry(person: Any, address: str) -> Any:
    _, secret = create_token(person, "pull", ["registry"], None)
    return Client().get(f"/v2/acme/kitchen/blocks/smooth/{address}", headers={"Authorization": f"Bearer {secret}"})


@pytest.mark.slow
@pytest.mark.protects("registry/withdrawn-blocks")
def test_no_list_has_it_and_nobody_gets_it_by_its_name(
    sounds: Any, developer: Any, stranger: Any, browser_of: Any
) -> None:
    withdraw_block(developer, sounds, "smooth", "1.3", REASON)
    for blocks in (blocks_of(stranger, sounds), blocks_in(stranger, "acme"), best_blocks_of(stranger, sounds)):
        assert [each.version for each in blocks] == ["1.2"]
    browser = browser_of(stranger)
    answer = browser.get(f"{API}/smooth/1.3")
    assert (answer.status_code, answer.json()["title"]) == (404, "This version was withdrawn")
    assert REASON in answer.json()["detail"]
    assert browser.get(f"{PAGE}?version=1.3").status_code == 404
    page = browser.get(PAGE).content.decode()
    assert ("1.3" not in page, REASON not in page) == (True, True)
    assert _registry(stranger, "tags/list").json()["tags"] == ["1.2"]
    by_name = _registry(stranger, "manifests/1.3")
    assert (by_name.status_code, REASON in by_name.json()["errors"][0]["message"]) == (404, True)


@pytest.mark.slow
@pytest.mark.protects("registry/withdrawn-blocks")
def test_a_block_without_another_version_is_as_if_there_were_none(
    sounds: Any, developer: Any, stranger: Any, browser_of: Any
) -> None:
    for version in ("1.2", "1.3"):
        withdraw_block(developer, sounds, "smooth", version, REASON)
    assert browser_of(stranger).get(PAGE).status_code == 404
    with pytest.raises(NotFound):
        blocks_in(stranger, "acme")
    # Its own people see why, and can end it.
    assert REASON in browser_of(developer).get(PAGE).content.decode()


@pytest.mark.slow
@pytest.mark.protects("registry/withdrawn-blocks")
def test_a_project_that_locked_its_digest_goes_on_and_is_warned_and_others_are_not_offered_it(
    sounds: Any, developer: Any, organisation: Any, stranger: Any
) -> None:
    block = BlockVersion.objects.get(version="1.3")
    digest = block.manifest.blob_id
    clap, other = (create_project(developer, organisation, name, None) for name in ("clap", "other"))
    for user in (clap, other):
        runefile = RUNEFILE.format(block="acme/kitchen#smooth@1.3", type="f32")
        write_file(developer, user, "Runefile.yml", runefile.encode())
    write_file(developer, clap, "rune.lock", f"acme/kitchen#smooth@1.3 {digest}\n".encode())
    withdraw_block(developer, sounds, "smooth", "1.3", REASON)
    assert digest in locked_blocks(clap, [digest])
    blocks, files = usable_files(developer, clap)
    assert [each.version for each in blocks] == ["1.3", "1.2"]
    assert f"It was withdrawn: {REASON}" in files[SHELF]
    blocks, files = usable_files(developer, other)
    assert [each.version for each in blocks] == ["1.2"]
    assert digest not in files[SHELF]
    response = _registry(stranger, f"manifests/{digest}")
    assert response.status_code == 200
    assert REASON in response.headers["Warning"]


@pytest.mark.slow
@pytest.mark.protects("registry/withdrawn-blocks")
def test_its_version_and_its_source_do_not_come_back(sounds: Any, developer: Any) -> None:
    withdraw_block(developer, sounds, "smooth", "1.3", REASON)
    with pytest.raises(NotPublishable, match="was withdrawn"):
        publish_block(developer, sounds, "smooth.py", "1.3")
    with pytest.raises(NotPublishable, match="was withdrawn"):
        publish_block(developer, sounds, "smooth.py", "1.4")
    write_file(developer, sounds, "smooth.py", SMOOTH + b"# without the password\n")
    approved(built(developer, sounds, RUNE + b"next"))
    with pytest.raises(TagInUse):
        publish_block(developer, sounds, "smooth.py", "1.3")
    assert publish_block(developer, sounds, "smooth.py", "1.4").version == "1.4"


@pytest.mark.slow
@pytest.mark.protects("registry/withdrawn-blocks")
def test_who_may_withdraw(sounds: Any, developer: Any, reviewer: Any, viewer: Any, stranger: Any) -> None:
    for someone, refusal in ((reviewer, Forbidden), (viewer, Forbidden), (stranger, NotFound)):
        with pytest.raises(refusal):
            withdraw_block(someone, sounds, "smooth", "1.3", REASON)
        with pytest.raises(refusal):
            end_block_withdrawal(someone, sounds, "smooth", "1.3")
    with pytest.raises(Invalid):
        withdraw_block(developer, sounds, "smooth", "1.3", " ")
    with pytest.raises(NotFound):
        withdraw_block(developer, sounds, "smooth", "9", REASON)
    assert not BlockVersion.objects.exclude(withdrawn=None).exists()


@pytest.mark.slow
def test_the_api_and_the_page_withdraw_and_end_it_and_the_audit_log_says_so(
    sounds: Any, developer: Any, browser_of: Any
) -> None:
    browser = browser_of(developer)
    address = f"{API}/smooth/1.3/withdrawal"
    answer = browser.put(address, {"reason": REASON}, content_type="application/json", headers=etag_headers(address))
    assert (answer.status_code, answer.json()["withdrawal"]) == (200, REASON)
    again = browser.put(address, {"reason": REASON}, content_type="application/json", headers=etag_headers(address))
    assert again.status_code == 200
    entries = AuditEntry.objects.filter(action="block.withdraw")
    assert [(each.data["version"], each.data["reason"]) for each in entries] == [("1.3", REASON)]
    assert Event.objects.filter(type="block.described").count() == 1
    page = browser.get(f"{PAGE}?version=1.3").content.decode()
    assert "smooth 1.3 was withdrawn." in page
    with pytest.raises(NotFound):
        deprecate_block(developer, sounds, "smooth", "1.3", "Take another.")
    assert browser.delete(address, headers=etag_headers(address)).json()["withdrawn"] is None
    assert browser.post(f"{PAGE}/1.3", etag_form(f"{PAGE}/1.3", do="withdraw", reason=REASON)).status_code == 302
    assert BlockVersion.objects.get(version="1.3").withdrawal == REASON
    assert browser.post(f"{PAGE}/1.3", etag_form(f"{PAGE}/1.3", do="restore")).status_code == 302
    assert [each.version for each in blocks_of(developer, sounds)] == ["1.3", "1.2"]
