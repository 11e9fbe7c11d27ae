"""Favourites: a person's own, of what they may read, and written into the log of their account."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.core.audit.entries import AuditPlace
from forge.core.errors import NotFound
from forge.core.models import AuditEntry
from forge.projects.access import favourites_of, is_favourite
from forge.projects.actions import delete_project, mark_favourite
from forge.projects.models import Project

pytestmark = pytest.mark.django_db


@pytest.mark.protects("roles/favourites")
def test_a_favourite_is_its_persons_alone(project: Project, developer: User, viewer: User) -> None:
    mark_favourite(developer, project, chosen=True)
    assert list(favourites_of(developer)) == [project]
    assert is_favourite(developer, project)
    assert list(favourites_of(viewer)) == []
    mark_favourite(developer, project, chosen=False)
    assert list(favourites_of(developer)) == []


def test_it_is_in_the_log_of_the_account_once_for_each_change(project: Project, developer: User) -> None:
    for state in (True, True, False, False):
        mark_favourite(developer, project, chosen=state)
    entries = AuditEntry.objects.filter(action__startswith="favourite").order_by("at")
    assert [each.action for each in entries] == ["favourite.add", "favourite.remove"]
    assert {AuditPlace(each.organisation, each.project, each.person) for each in entries} == {developer.place}


@pytest.mark.protects("roles/favourites")
def test_who_may_not_read_a_project_makes_no_favourite_of_it_and_keeps_none(
    project: Project, owner: User, developer: User, stranger: User
) -> None:
    with pytest.raises(NotFound):
        mark_favourite(stranger, project, chosen=True)
    mark_favourite(developer, project, chosen=True)
    delete_project(owner, project)
    assert list(favourites_of(developer)) == []


def test_a_program_reads_and_chooses_it(project: Project, client: Client) -> None:
    address = "/api/v1/projects/acme/kitchen/favourite"
    assert client.get(address).json() == {"favourite": False}
    answer = client.put(address, {"favourite": True}, content_type="application/json")
    assert (answer.status_code, answer.json()) == (200, {"favourite": True})
    assert client.get(address).json() == {"favourite": True}
    assert client.put(address, {}, content_type="application/json").status_code == 400


@pytest.mark.protects("browser/form-returns")
def test_the_form_of_a_list_leads_back_to_it_and_nowhere_else(
    project: Project, viewer: User, browser_of: Callable[[User | None], Client]
) -> None:
    browser = browser_of(viewer)
    response = browser.post("/accounts/favourites", {"add": "acme/kitchen", "back": "/?q=kit#projects"})
    assert response["Location"] == "/?q=kit#projects"
    assert is_favourite(viewer, project)
    for elsewhere in ("https://evil.example/", "//evil.example/", "\\\\evil.example", ""):
        response = browser.post("/accounts/favourites", {"remove": "acme/kitchen", "back": elsewhere})
        assert response["Location"] == "/"
    assert not is_favourite(viewer, project)
