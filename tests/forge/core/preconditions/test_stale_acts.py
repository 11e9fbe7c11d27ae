"""A stale act on a comment, a team, a webhook, a version or labels is refused, and so is one that names no state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.accounts.actions import add_to_team, create_team, update_team
from forge.accounts.models import Organisation
from forge.projects.actions import write_file
from forge.projects.models import Project
from forge.registry.blocks.actions import deprecate_block
from forge.registry.models import BlockVersion, Tag
from forge.registry.tags.publishing.actions import publish_build
from forge.reviews.actions import begin_thread, edit_comment
from forge.reviews.threads.conversation import find_comment
from forge.webhooks.actions import change_webhook, create_webhook
from forge.webhooks.models import Webhook
from tests.support.forge.factories.blocks import published_block
from tests.support.forge.factories.builds import RUNE, approved, built
from tests.support.runes.shared_blocks import SMOOTH

pytestmark = [pytest.mark.django_db, pytest.mark.protects("reviews/stale-acts")]

Browser = Callable[[Any], Client]
API = "/api/v1"


def refused(client: Client, read: str, change: Callable[[], object], *acts: tuple[str, str, Any]) -> None:
    """Each act is refused without a state, and with the one from before the change; the page's form has it too."""
    etag = client.get(read).headers["ETag"]
    change()
    for method, path, body in acts:
        send = getattr(client, method)
        assert send(path, body, content_type="application/json").status_code == 428, path
        stale = send(path, body, content_type="application/json", headers={"If-Match": etag})
        assert stale.status_code == 412, path
        assert "Nothing was changed." in stale.json()["detail"]


@pytest.mark.slow
def test_comments(project: Project, developer: Any, reviewer: Any, browser_of: Browser) -> None:
    comment = begin_thread(reviewer, built(developer, project), "How loud?").thread.comments.get()
    path, form = f"{API}/comments/{comment.pk}", f"/acme/kitchen/comments/{comment.pk}"
    client = browser_of(reviewer)
    acts = (("patch", path, {"text": "Mine"}), ("delete", path, None))
    refused(client, path, lambda: edit_comment(reviewer, *find_comment(reviewer, comment.pk), "How quiet?"), *acts)
    assert client.post(form, {"text": "Mine"}).status_code == 412
    assert client.post(form, {"do": "delete"}).status_code == 412
    comment.refresh_from_db()
    assert (comment.text, comment.deleted) == ("How quiet?", None)
    state = {"If-Match": client.get(path).headers["ETag"]}
    assert client.delete(path, headers=state).status_code == 200


@pytest.mark.slow
def test_teams(organisation: Organisation, owner: Any, viewer: Any, developer: Any, browser_of: Browser) -> None:
    team = create_team(owner, organisation, "audio")
    path, client = f"{API}/organisations/acme/teams/audio", browser_of(owner)
    acts: tuple[tuple[str, str, Any], ...] = (("patch", path, {"description": "Mine"}), ("delete", path, None))
    refused(client, path, lambda: update_team(owner, team, description="Theirs"), *acts)
    for do in ("rename", "delete", "add"):
        form = {"do": do, "name": "mine", "person": viewer.email}
        assert client.post("/acme/-/teams/audio/do", form).status_code == 412, do
    etag = client.get(path).headers["ETag"]
    add_to_team(owner, team, [viewer.pk])
    assert client.delete(path, headers={"If-Match": etag}).status_code == 412, "somebody else would lose a role"
    state = {"If-Match": client.get(path).headers["ETag"]}
    assert client.put(f"{path}/members/{developer.pk}").status_code == 428
    assert client.put(f"{path}/members/{developer.pk}", headers=state).status_code == 200
    assert team.members.count() == 2


@pytest.mark.slow
def test_webhooks(organisation: Organisation, owner: Any, browser_of: Browser) -> None:
    webhook, _ = create_webhook(owner, organisation, "https://example.com/hook", ["build"])
    path, client = f"{API}/organisations/acme/webhooks/{webhook.pk}", browser_of(owner)
    acts: tuple[tuple[str, str, Any], ...] = (
        ("patch", path, {"on": True}),
        ("delete", path, None),
        ("post", f"{path}/rotate", {}),
    )
    refused(client, path, lambda: change_webhook(owner, webhook, on=False), *acts)
    for do in ("save", "on", "rotate", "delete"):
        form = {"do": do, "url": "https://example.com/mine", "topics": ["build"]}
        assert client.post(f"/acme/-/settings/webhooks/{webhook.pk}/do", form).status_code == 412, do
    row = Webhook.objects.get()
    assert (row.url, row.generation, row.stopped is None) == ("https://example.com/hook", webhook.generation, False)


@pytest.mark.slow
def test_what_is_said_of_a_tag_that_moves(project: Project, developer: Any, browser_of: Browser) -> None:
    publish_build(developer, approved(built(developer, project)), "latest")
    path, client = f"{API}/projects/acme/kitchen/tags/latest", browser_of(developer)
    why = {"reason": "It is deaf."}
    write_file(developer, project, "notes.txt", b"more")
    newer = approved(built(developer, project, RUNE + b"more"))
    acts = (
        ("patch", path, {"notes": "Hears more."}),
        ("put", f"{path}/deprecation", why),
        ("delete", f"{path}/deprecation", None),
        ("put", f"{path}/withdrawal", why),
        ("delete", f"{path}/withdrawal", None),
    )
    refused(client, path, lambda: publish_build(developer, newer, "latest"), *acts)
    for do in ("notes", "deprecate", "undeprecate", "withdraw", "restore"):
        assert client.post("/acme/kitchen/tags/latest", {"do": do, **why}).status_code == 412, do
    tag = Tag.objects.get(name="latest")
    assert (tag.notes, tag.is_deprecated, tag.is_withdrawn) == ("", False, False)


@pytest.mark.slow
def test_what_is_said_of_a_block(project: Project, developer: Any, browser_of: Browser) -> None:
    write_file(developer, project, "smooth.py", SMOOTH)
    published_block(developer, project, "1.0")
    path, client = f"{API}/projects/acme/kitchen/blocks/smooth/1.0", browser_of(developer)
    why = {"reason": "It is deaf."}
    acts = (
        ("put", f"{path}/deprecation", why),
        ("delete", f"{path}/deprecation", None),
        ("put", f"{path}/withdrawal", why),
        ("delete", f"{path}/withdrawal", None),
    )
    theirs = lambda: deprecate_block(developer, project, "smooth", "1.0", "It clicks.")  # noqa: E731
    refused(client, f"{path}/withdrawal", theirs, *acts)
    for do in ("deprecate", "undeprecate", "withdraw", "restore"):
        assert client.post("/acme/kitchen/blocks/smooth/1.0", {"do": do, **why}).status_code == 412, do
    block = BlockVersion.objects.get()
    assert (block.deprecation, block.is_withdrawn) == ("It clicks.", False)
    state = {"If-Match": client.get(f"{path}/withdrawal").headers["ETag"]}
    withdrawn = client.put(f"{path}/withdrawal", why, content_type="application/json", headers=state)
    assert withdrawn.status_code == 200
    assert client.get(f"{path}/withdrawal").headers["ETag"] == withdrawn.headers["ETag"]
    assert client.delete(f"{path}/withdrawal", headers={"If-Match": withdrawn.headers["ETag"]}).status_code == 200
