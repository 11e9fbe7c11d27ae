"""An organisation's pages: addresses that no project has, and members that are found."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver

from forge.accounts.errors import BadName
from forge.accounts.models import Membership, Organisation, Role, User
from forge.accounts.names import check_project_name
from forge.accounts.organisations.pages.organisation import MEMBERS_SHOWN
from forge.projects.models import Project
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.builds import failed_build

pytestmark = pytest.mark.django_db

Browser = Callable[[User | None], Client]


@pytest.mark.protects("roles/page-names")
def test_no_page_of_an_organisation_stands_where_a_project_could() -> None:
    second_words = {
        str(pattern.pattern).split("/")[1]
        for pattern in _flat(get_resolver())
        if str(pattern.pattern).startswith("<str:organisation>/")
    }
    assert second_words == {"-", "devices", "<str:name>", "<former:page>"}
    for name in ("-", "devices", "settings", "deleted"):
        with pytest.raises(BadName):
            check_project_name(name)


def _flat(resolver: Any) -> list[Any]:
    patterns: list[Any] = []
    for pattern in resolver.url_patterns:
        patterns += _flat(pattern) if hasattr(pattern, "url_patterns") else [pattern]
    return patterns


@pytest.mark.slow
@pytest.mark.parametrize("name", ["activity", "builds", "second-factor", "reviews", "search", "audit", "members-2"])
def test_a_project_may_be_called_like_a_page_and_is_found_at_its_address(
    client: Client, project: Project, name: str
) -> None:
    Project.objects.filter(pk=project.pk).update(name=check_project_name(name))
    assert f"<h1>{name}</h1>" in client.get(f"/acme/{name}").content.decode()
    assert client.get(f"/acme/{name}/studio").status_code == 200


@pytest.mark.parametrize(
    ("former", "now"),
    [
        ("/acme/settings", "/acme/-/settings"),
        ("/acme/settings/audit?what=members", "/acme/-/settings/audit?what=members"),
        ("/acme/deleted", "/acme/-/deleted"),
    ],
)
def test_former_addresses_lead_to_the_present_ones(client: Client, project: Project, former: str, now: str) -> None:
    assert client.get(former)["Location"] == now


@pytest.mark.slow
def test_members_are_found_by_name_and_address_a_page_at_a_time(
    organisation: Organisation, owner: User, reviewer: User, browser_of: Browser
) -> None:
    for number in range(MEMBERS_SHOWN + 5):
        person = User.objects.create_user(f"p{number:02}@acme.example", name=f"Person {number:02}")
        Membership.objects.create(organisation=organisation, user=person, role=Role.VIEWER)

    def shown(query: str = "") -> list[str]:
        page = compact(browser_of(reviewer).get(f"/acme/-/members{query}").content.decode())
        return re.findall(r'<div class="grow"><a href="/users/[^"]+"><b>([^<]+)</b>', page)

    assert len(shown()) == MEMBERS_SHOWN
    assert len(shown("?page=2")) == 7
    assert shown("?q=PERSON+07") == ["Person 07"]
    assert shown("?q=mika@acme") == ["Mika Kallio"]
    assert shown("?q=nobody") == []
    assert len(shown("?q=nobody%00")) == MEMBERS_SHOWN


@pytest.mark.slow
def test_each_tab_is_there_for_whom_it_is(project: Project, owner: User, reviewer: User, browser_of: Browser) -> None:
    failed_build(owner, project)
    for person, tabs in (
        (owner, ["Projects", "Devices", "Blocks", "Members", "Teams", "Activity", "Jobs", "Settings"]),
        (reviewer, ["Projects", "Devices", "Blocks", "Members", "Teams", "Activity", "Jobs"]),
    ):
        page = browser_of(person).get("/acme/-/activity").content.decode()
        part = page.partition('<nav class="tabs"')[2].partition("</nav>")[0]
        assert re.findall(r">(\w+)</a>", part) == tabs
        assert 'aria-current="page">Activity' in part
        assert "built <a" in page
