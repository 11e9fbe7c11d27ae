"""A device in two groups with deployments: its page and those of the deployments say which one decides, and why."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from forge.accounts.models import Organisation, User
from forge.fleet.groups.membership import assign_devices
from forge.fleet.groups.overlaps import decided_elsewhere, overruled_assignments
from forge.fleet.models import Assignment, Device
from tests.support.forge.factories.device_rows import assignment_row, device_row, group_row

pytestmark = pytest.mark.django_db

Browser = Callable[[User | None], Client]


@pytest.fixture
def assignments(organisation: Organisation) -> dict[str, Assignment]:
    """Three deployments, whose groups overlap: that for Berlin was bound first, then line 3, then all."""
    now = timezone.now()
    queries = {"berlin": "site=berlin", "line-3": "line=3", "all": ""}
    rows = {
        name: assignment_row(
            group_row(organisation, name, query),
            f"knock/{name}",
            "1.0",
            "sha256:1",
            title=f"knock / {name}",
            bound=now - timedelta(days=3 - number),
        )
        for number, (name, query) in enumerate(queries.items())
    }
    device_row(organisation, "b1", {"site": "berlin", "line": "3"})
    device_row(organisation, "b2", {"site": "berlin"})
    device_row(organisation, "h1", {"site": "hamburg", "line": "3"})
    device_row(organisation, "k1")
    device_row(organisation, "gone", {"site": "berlin", "line": "3"}, retired=now)
    elsewhere = Organisation.objects.create(name="elsewhere")
    device_row(elsewhere, "b1", {"site": "berlin", "line": "3"})
    assignment_row(group_row(elsewhere, "all", ""), "knock/all", "1.0", "sha256:1")
    assign_devices(organisation)
    assign_devices(elsewhere)
    return rows


def _text(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_the_deployments_that_do_not_reach_a_device_are_found(
    organisation: Organisation, assignments: dict[str, Assignment]
) -> None:
    groups = {
        each.name: [other.group.name for other in overruled_assignments(each)]
        for each in Device.objects.filter(organisation=organisation).select_related("assignment")
    }
    assert groups == {"b1": ["line-3", "all"], "b2": ["all"], "h1": ["all"], "k1": [], "gone": []}
    counts = {
        name: [(other.assignment.group.name, other.devices) for other in decided_elsewhere(each)]
        for name, each in assignments.items()
    }
    assert counts == {"berlin": [], "line-3": [("berlin", 1)], "all": [("berlin", 2), ("line-3", 1)]}


def test_the_devices_page_and_the_panel_beside_the_list_name_them(
    assignments: dict[str, Assignment], viewer: User, browser_of: Browser
) -> None:
    browser = browser_of(viewer)
    for path in ("/acme/devices/b1", "/acme/devices?device=b1"):
        page = browser.get(path).content.decode()
        text = _text(page)
        for title, deployment in (("Line 3", "knock / line-3"), ("All", "knock / all")):
            sentence = (
                f"Also in {title} , whose deployment {deployment} does not reach it: knock / berlin was bound first."
            )
            assert sentence in text
        assert 'href="/acme/knock/deployments/line-3"' in page
        assert 'href="/acme/devices?q=group%3Dline-3"' in page
    assert "Also in" not in _text(browser.get("/acme/devices/k1").content.decode())
    assert "Also in" not in _text(browser.get("/acme/devices/gone").content.decode())


def test_a_device_in_one_group_costs_one_query_and_several_one_more(
    organisation: Organisation, assignments: dict[str, Assignment]
) -> None:
    device = Device.objects.select_related("assignment").get(organisation=organisation, name="b1")
    with CaptureQueriesContext(connection) as queries:
        overruled_assignments(device)
    assert len(queries) == 2
    Assignment.objects.exclude(pk=assignments["berlin"].pk).delete()
    with CaptureQueriesContext(connection) as queries:
        assert overruled_assignments(device) == []
    assert len(queries) == 1
    with CaptureQueriesContext(connection) as queries:
        decided_elsewhere(assignments["berlin"])
    assert len(queries) == 1
