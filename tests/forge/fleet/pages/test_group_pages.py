"""The pages of groups and saved searches."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from forge.accounts.models import Organisation, User
from forge.fleet.groups.models import DeviceGroup
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.device_rows import assignment_row, device_row, group_row

pytestmark = pytest.mark.django_db

Browser = Callable[[User | None], Client]
GROUPS = "/acme/devices/groups"


@pytest.fixture(autouse=True)
def devices(organisation: Organisation) -> None:
    device_row(organisation, "bln-1", {"site": "berlin"})
    device_row(organisation, "hh-1", {"site": "hamburg"})


def test_a_search_is_saved_as_a_group(developer: User, browser_of: Browser) -> None:
    browser = browser_of(developer)
    page = compact(browser.get(GROUPS, {"q": "site=berlin"}).content.decode())
    assert 'value="site=berlin"' in page
    assert 'name="kind" value="group" checked' in page
    answer = browser.post(f"{GROUPS}/do", {"do": "create", "title": "Berlin", "query": "site=berlin", "kind": "group"})
    assert answer["Location"] == "/acme/devices?q=site%3Dberlin"
    assert DeviceGroup.objects.get().name == "berlin"


def test_a_search_that_changes_by_itself_is_no_group(developer: User, browser_of: Browser) -> None:
    page = compact(browser_of(developer).get(GROUPS, {"q": "is:away"}).content.decode())
    assert 'name="kind" value="group" disabled' in page
    answer = browser_of(developer).post(
        f"{GROUPS}/do", {"do": "create", "title": "Away", "query": "is:away", "kind": "group"}
    )
    assert (answer.status_code, "Save this as a search" in answer.content.decode()) == (400, True)


def test_a_group_is_nested_changed_and_deleted(
    organisation: Organisation, developer: User, browser_of: Browser
) -> None:
    group_row(organisation, "germany", "site=berlin,hamburg")
    group_row(organisation, "berlin", "site=berlin")
    browser = browser_of(developer)
    form = {"do": "change", "title": "Berlin", "query": "site=berlin", "parent": "germany"}
    browser.post(f"{GROUPS}/berlin/do", form | {"etag": etag(browser, "berlin")})
    page = compact(browser.get("/acme/devices").content.decode())
    assert re.search(r'class="depth-0">\s*<a href="\?q=site%3Dberlin%2Chamburg"', page)
    assert re.search(r'class="depth-1">\s*<a href="\?q=site%3Dberlin"', page)
    stale = browser.post(f"{GROUPS}/berlin/do", {"do": "delete", "etag": "old"})
    assert stale.status_code == 412
    browser.post(f"{GROUPS}/berlin/do", {"do": "delete", "etag": etag(browser, "berlin")})
    assert [each.name for each in DeviceGroup.objects.all()] == ["germany"]


def test_the_deployment_of_a_group_is_said_and_keeps_it(
    organisation: Organisation, developer: User, browser_of: Browser
) -> None:
    group = group_row(organisation, "berlin", "site=berlin")
    assignment_row(group, "door-knock/gateways", "1.5", f"sha256:{'b' * 64}", title="door-knock / Gateways")
    browser = browser_of(developer)
    page = browser.get(f"{GROUPS}/berlin").content.decode()
    assert 'href="/acme/door-knock/deployments/gateways">door-knock / Gateways</a>' in page
    answer = browser.post(f"{GROUPS}/berlin/do", {"do": "delete", "etag": etag(browser, "berlin")})
    assert answer.status_code == 409


def test_who_only_looks_sees_a_group_and_no_button(
    organisation: Organisation, viewer: User, browser_of: Browser
) -> None:
    group_row(organisation, "berlin", "site=berlin")
    page = browser_of(viewer).get(f"{GROUPS}/berlin").content.decode()
    assert "1 device" in page
    assert 'name="do"' not in page
    assert browser_of(viewer).get(GROUPS).status_code == 403


def etag(browser: Client, group: str) -> str:
    """Returns the state that the group's page carries in its form."""
    match = re.search(r'name="etag" value="([^"]+)"', browser.get(f"{GROUPS}/{group}").content.decode())
    assert match is not None
    return match[1]
