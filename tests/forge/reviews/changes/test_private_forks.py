"""A change request from a private fork of another organisation: who reads what the fork is called."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.projects.actions import update_project
from forge.projects.models import Project
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.changes import forked, offered

pytestmark = [pytest.mark.django_db, pytest.mark.protects("reviews/private-forks")]


def test_a_private_fork_is_named_to_its_own_people_alone(
    project: Project,
    owner: User,
    developer: User,
    viewer: User,
    stranger: User,
    browser_of: Callable[[User | None], Client],
) -> None:
    fork = forked(owner, developer, stranger, project)
    change = offered(stranger, fork)
    partner = User.objects.get(pk=stranger.pk)
    update_project(partner, fork, name="secret-merger")

    readers, own = browser_of(viewer), browser_of(partner)
    for browser, source in ((readers, None), (own, "other/secret-merger")):
        assert browser.get(f"/api/v1/change-requests/{change.pk}").json()["source"] == source
        (row,) = browser.get("/api/v1/projects/acme/kitchen/change-requests").json()["results"]
        assert row["source"] == source
    page = compact(readers.get(f"/acme/kitchen/change-requests/{change.number}").content.decode())
    assert "secret-merger" not in page
    assert f"a fork by {partner}" in page
    assert "other/secret-merger" in own.get(f"/acme/kitchen/change-requests/{change.number}").content.decode()

    update_project(partner, fork, visibility="internal")
    assert readers.get(f"/api/v1/change-requests/{change.pk}").json()["source"] == "other/secret-merger"
