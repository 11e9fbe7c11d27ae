"""The dependants of a published rune: deployments, users of its blocks and forks, as far as the reader may see them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.projects.actions import update_project
from forge.projects.copying.actions import duplicate_project, fork_project
from tests.support.forge.factories.deployments import deployed

pytestmark = pytest.mark.django_db

PAGE = "/acme/kitchen/published/dependants"
API = "/api/v1/projects/acme/kitchen/dependants"


def rows(client: Client) -> list[tuple[str, str, str]]:
    """The dependants that the API gives, each as kind, title and version."""
    return [(each["kind"], each["title"], each["version"]) for each in client.get(API).json()["dependants"]]


def test_a_project_that_nothing_uses_says_so(project: Any, developer: Any, browser_of: Callable[[Any], Client]) -> None:
    browser = browser_of(developer)
    assert "Nothing that you can see depends on it" in browser.get(PAGE).content.decode()
    assert rows(browser) == []


@pytest.mark.slow
@pytest.mark.protects("roles/dependants")
def test_a_deployment_and_a_fork_are_listed_for_whom_they_concern(
    project: Any, developer: Any, owner: Any, organisation: Any, browser_of: Callable[[Any], Client]
) -> None:
    deployed(developer, project, "1.0", title="Shop window")
    update_project(owner, project, visibility="public", shares_files=True)
    fork = fork_project(owner, project, organisation, "bathroom")
    duplicate_project(owner, project, organisation, "secretly")
    member = browser_of(developer)
    assert rows(member) == [("deployment", "Shop window", "1.0"), ("fork", "acme/bathroom", "1.0")]
    page = member.get(PAGE).content.decode()
    assert "/acme/kitchen/deployments/shop-window" in page
    assert fork.get_absolute_url() in page
    # A visitor learns nothing of deployments, nor of a fork that is private.
    assert rows(Client()) == []
    assert "Shop window" not in Client().get(PAGE).content.decode()
    update_project(owner, fork, visibility="public")
    assert rows(Client()) == [("fork", "acme/bathroom", "1.0")]
