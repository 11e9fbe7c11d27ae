"""A view has one main action: pages with several forms make the button of one of them the main one."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.deployments.actions import serve_tag
from forge.projects.actions import write_file
from forge.reviews import actions
from forge.reviews.changes.access import find_change_request
from forge.reviews.changes.merging import merging_of
from rune.editing.merge import Side
from tests.support.forge.factories.builds import RUNE
from tests.support.forge.factories.changes import RUNEFILE, forked, offered
from tests.support.forge.factories.deployments import deployed, published

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

Browser = Callable[[Any], Client]
MAIN = re.compile(r'<(?:a|button) class="button[^"]* primary"[^>]*>(.*?)</(?:a|button)>', re.DOTALL)


def main_actions(client: Client, address: str) -> list[str]:
    """The words of the main actions of a page."""
    answer = client.get(address)
    assert answer.status_code == 200
    return [" ".join(re.sub(r"<[^>]*>", "", words).split()) for words in MAIN.findall(answer.content.decode())]


@pytest.mark.parametrize(("sends", "action"), [(True, "Send"), (False, "Make a link")])
def test_inviting_is_the_first_control_of_sharing_and_has_one_main_action(
    project: Any, owner: Any, browser_of: Browser, settings: Any, sends: bool, action: str
) -> None:
    settings.EMAIL_IS_SENT = sends
    client = browser_of(owner)
    assert main_actions(client, "/acme/kitchen/share") == [action]
    page = client.get("/acme/kitchen/share").content.decode().partition("<h1>")[2]
    (first, *_) = re.findall(r'<form [^>]*action="([^"]*)"', page)
    assert first == "/acme/kitchen/share/invitations"


def test_a_profile_and_a_list_of_deployments_have_one(project: Any, developer: Any, browser_of: Browser) -> None:
    deployed(developer, project)
    client = browser_of(developer)
    assert main_actions(client, "/accounts/profile") == ["Save"]
    assert main_actions(client, "/acme/kitchen/deployments") == ["New deployment"]


def test_a_deployment_has_one_also_while_a_promotion_waits(project: Any, developer: Any, browser_of: Browser) -> None:
    staging = deployed(developer, project, title="Staging")
    production = deployed(developer, project, title="Production", promoted_from="staging")
    client, page = browser_of(developer), production.get_absolute_url()
    assert main_actions(client, page) == []
    assert main_actions(client, f"{page}?tab=settings") == ["Save"]
    published(developer, project, "1.1", RUNE + b"other")
    serve_tag(developer, staging, "1.1")
    assert main_actions(client, page) == ["Promote 1.1, build 2"]
    assert main_actions(client, f"{page}?tab=settings") == ["Promote 1.1, build 2"]


def test_of_several_conflicts_the_next_one_has_it(
    project: Any, owner: Any, developer: Any, stranger: Any, browser_of: Browser
) -> None:
    write_file(owner, project, "notes.md", b"One.\n")
    fork = forked(owner, developer, stranger, project)
    write_file(stranger, fork, "notes.md", b"Theirs.\n")
    offer = offered(stranger, fork, ("2.5", "3"))
    write_file(developer, project, "Runefile.yml", RUNEFILE.replace("2.5", "2").encode())
    write_file(developer, project, "notes.md", b"Ours.\n")
    address, client = offer.get_absolute_url(), browser_of(developer)
    conflicts = merging_of(find_change_request(developer, offer.pk)).conflicts
    assert len(conflicts) == 2
    for conflict in conflicts:
        (action,) = main_actions(client, address)
        assert action.startswith("Use the chosen sides")
        actions.resolve_conflict(developer, find_change_request(developer, offer.pk), conflict.key, Side.OURS)
    assert len(main_actions(client, address)) <= 1
