"""Lists that grow: pages of one kind, words and orders, and what was asked stays in the addresses."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from forge.accounts.actions import add_to_team, create_team
from forge.accounts.models import Organisation, ProjectMembership, Role, User
from forge.projects.actions import give_team_role
from forge.projects.models import Project
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.builds import failed_build
from tests.support.forge.factories.members import make_member

pytestmark = pytest.mark.django_db

Browser = Callable[[User | None], Client]
ADDRESSES = r'rel="(prev|next)" href="([^"]+)"'


@pytest.fixture
def read(browser_of: Browser, owner: User, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """A page as the owner sees it, with two things on each of its lists."""
    sizes = (
        "accounts.organisations.pages.organisation.MEMBERS_SHOWN",
        "projects.people.pages.share.MEMBERS_SHOWN",
        "projects.people.pages.teams.TEAMS_SHOWN",
        "projects.people.pages.teams.PEOPLE_SHOWN",
        "projects.people.pages.teams.PROJECTS_SHOWN",
        "web.builds.listing.PAGE_SIZE",
        "web.organisation.ACTIVITY_SHOWN",
    )
    for size in sizes:
        monkeypatch.setattr(f"forge.{size}", 2)
    client = browser_of(owner)

    def page(address: str) -> str:
        answer = client.get(address)
        assert answer.status_code == 200
        return compact(answer.content.decode())

    return page


def beside(page: str) -> dict[str, str]:
    return {name: address.replace("&amp;", "&") for name, address in re.findall(ADDRESSES, page)}


@pytest.mark.slow
def test_builds_and_what_happened_are_reached_to_the_last(
    project: Project, owner: User, read: Callable[[str], str]
) -> None:
    for _ in range(5):
        failed_build(owner, project)
    pages = [read(f"/acme/kitchen/builds{query}") for query in ("", "?page=2", "?page=3")]
    assert [re.findall(r"<b>Build (\d)</b>", page) for page in pages] == [["5", "4"], ["3", "2"], ["1"]]
    assert [beside(page) for page in pages] == [
        {"next": "?page=2"},
        {"prev": "?", "next": "?page=3"},
        {"prev": "?page=2"},
    ]
    assert "5 to 5 of 5" in pages[2]
    assert "1 to 1 of 1" not in read("/acme/-/activity?person=nobody")
    assert "No activity matches." in read("/acme/-/activity?person=nobody")
    assert "kitchen" in read("/acme/-/activity?person=a&project=kit")


@pytest.mark.slow
def test_teams_their_people_and_their_projects_are_found_sorted_and_paged_by_themselves(
    organisation: Organisation, owner: User, developer: User, reviewer: User, read: Callable[[str], str]
) -> None:
    audio = [create_team(owner, organisation, name, words) for name, words in (("a", ""), ("b", "hears"), ("c", ""))]
    mates = [owner, developer, reviewer]
    add_to_team(owner, audio[2], [each.pk for each in mates])
    projects = [
        Project.objects.create(organisation=organisation, name=f"p{number}", created_by=owner) for number in range(5)
    ]
    give_team_role(owner, audio[2], projects, "reviewer")
    give_team_role(owner, audio[1], projects[:2], "reviewer")

    def teams(query: str) -> list[str]:
        return re.findall(r'href="/acme/-/teams/(\w)"', read(f"/acme/-/teams{query}"))

    assert [teams(query) for query in ("", "?page=2", "?q=HEARS", "?sort=projects", "?sort=people", "?q=zz")] == [
        ["a", "b"],
        ["c"],
        ["b"],
        ["c", "b"],
        ["c", "a"],
        [],
    ]
    assert "3 people · 5 projects" in read("/acme/-/teams?sort=people")
    first = read("/acme/-/teams/c?q=p&people=2")
    assert len(re.findall(r'aria-label="Remove [^"]+ from the team"', first)) == 1
    assert re.findall(r'aria-label="Role of the team in (p\d)"', first) == ["p0", "p1"]
    assert beside(first)["next"] == "?q=p&people=2&page=2#projects"
    assert beside(first)["prev"] == "?q=p#people"
    assert re.findall(r'aria-label="Role of the team in (p\d)"', read("/acme/-/teams/c?page=3")) == ["p4"]
    assert "Nobody in this team matches." in read("/acme/-/teams/c?who=zz")
    assert "No project of the team matches." in read("/acme/-/teams/c?q=zz")


def test_any_member_is_found_on_the_share_page_and_guests_of_a_project_do_not_search_addresses(
    project: Project, owner: User, stranger: User, browser_of: Browser, read: Callable[[str], str]
) -> None:
    for name in ("Zoe", "Yan"):
        make_member(project.organisation, f"{name}@hidden.example".lower(), name, Role.VIEWER)
    assert "1 to 2 of 4" in read("/acme/kitchen/share")
    assert re.findall(r"Give (\w+) a role in this project", read("/acme/kitchen/share?q=zoe%40hid")) == ["Zoe"]
    assert "No member matches." in read("/acme/kitchen/share?q=nobody")
    ProjectMembership.objects.create(
        organisation=project.organisation, project=project.pk, user=stranger, role=Role.VIEWER
    )
    guest = browser_of(stranger)
    assert "<b>Zoe</b>" in guest.get("/acme/kitchen/share?q=zo").content.decode()
    assert "<b>Zoe</b>" not in guest.get("/acme/kitchen/share?q=hidden").content.decode()
