"""Lists of devices over REST: pages, orders, the table, the overview and completion, for members alone."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone

from forge.accounts.models import Organisation, User
from forge.fleet.lists import rows
from forge.fleet.queries import remembered
from tests.support.forge.factories.device_rows import assignment_row, device_row, group_row

pytestmark = pytest.mark.django_db
_BASE = "/api/v1/organisations/acme"
_RUNE = "sha256:" + "a" * 64


@pytest.fixture
def devices(organisation: Organisation) -> None:
    now = timezone.now()
    assignment = assignment_row(group_row(organisation, "all", ""), "door-knock/gateways", "1.4", _RUNE)
    running: dict[str, Any] = {
        "running_version": "1.4",
        "running_rune": _RUNE,
        "running_deployment": "acme/door-knock/gateways",
    }
    device_row(organisation, "a", {"site": "berlin"}, seen=now - timedelta(2), assignment=assignment, **running)
    device_row(organisation, "b", {"site": "berlin"}, seen=None, claimed=now - timedelta(9), problem="disk-full")
    device_row(organisation, "c", seen=now, note="=1+1", self_test="failed", **running | {"running_deployment": ""})
    device_row(organisation, "d", seen=now, restarts=3, restarts_day=now.date(), **running)
    device_row(organisation, "gone", retired=now)
    device_row(Organisation.objects.create(name="elsewhere"), "x")


def _names(client: Client, **query: Any) -> list[str]:
    names, address = [], f"{_BASE}/devices"
    answer = client.get(address, query).json()
    while True:
        names += [each["name"] for each in answer["results"]]
        if answer["next"] is None:
            return names
        answer = client.get(answer["next"]).json()


@pytest.mark.usefixtures("devices")
def test_pages_have_all_devices_once_in_each_order(client: Client) -> None:
    assert _names(client, limit=1) == _names(client) == ["a", "b", "c", "d"]
    assert _names(client, sort="seen", limit=1)[2:] == ["a", "b"]
    assert _names(client, q="site=berlin", limit=1) == ["a", "b"]
    assert client.get(f"{_BASE}/devices", {"limit": 1}).json()["count"] == 4
    assert _names(client, q="is:retired") == ["gone"]


@pytest.mark.usefixtures("devices")
def test_a_row_says_what_a_list_shows(client: Client) -> None:
    (row,) = client.get(f"{_BASE}/devices", {"q": "name=a"}).json()["results"]
    assert (row["running"], row["wanted"], row["as_wanted"], row["labels"]) == ("1.4", "1.4", True, {"site": "berlin"})


@pytest.mark.parametrize(
    ("address", "query", "field"),
    [
        ("devices", {"q": "seen<x"}, "q"),
        ("devices", {"q": "group=none-such"}, "q"),
        ("devices", {"sort": "age"}, "sort"),
        ("devices", {"limit": "0"}, "limit"),
        ("device-table", {"q": '"'}, "q"),
        ("device-overview", {"q": "a=b=c"}, "q"),
        ("device-completion", {"q": "a", "at": "2"}, "at"),
        ("device-completion", {"q": "a", "at": "²"}, "at"),
        ("device-completion", {"q": "a" * 401}, "q"),
    ],
)
@pytest.mark.usefixtures("organisation")
def test_what_is_wrong_is_named(client: Client, address: str, query: Any, field: str) -> None:
    answer = client.get(f"{_BASE}/{address}", query)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


@pytest.mark.usefixtures("devices")
def test_the_table_has_all_devices_of_a_query_and_no_formula(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "BATCH", 2)
    answer = client.get(f"{_BASE}/device-table")
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    table = list(csv.DictReader(io.StringIO(text)))
    assert [row["name"] for row in table] == ["a", "b", "c", "d"]
    assert (table[0]["labels"], table[2]["note"], table[3]["restarts_today"]) == ("site=berlin", "'=1+1", "3")
    assert answer["Content-Disposition"] == 'attachment; filename="acme-devices.csv"'


@pytest.mark.usefixtures("devices")
def test_the_overview_counts_versions_and_health_with_the_query_for_each(client: Client) -> None:
    overview = client.get(f"{_BASE}/device-overview").json()
    assert overview["count"] == 4
    assert overview["running"] == [
        {"project": "door-knock", "version": "1.4", "count": 2, "query": "running=door-knock@1.4"},
        {"project": "", "version": "", "count": 1, "query": "running=none"},
        {"project": "", "version": "1.4", "count": 1, "query": "running=1.4"},
    ]
    counts = {each["cell"]: each["count"] for each in overview["health"]}
    assert counts == {"healthy": 0, "away": 2, "restarting": 1, "self-test-failed": 1, "problem": 1}
    for each in overview["health"]:
        address = f"{_BASE}/devices?q={quote(each['query'])}"
        assert client.get(address).json()["count"] == each["count"]
    assert client.get(f"{_BASE}/device-overview", {"q": "site=berlin"}).json()["count"] == 2


@pytest.mark.usefixtures("devices")
def test_a_remembered_overview_is_the_same(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "SLOW", 0.0)
    first = client.get(f"{_BASE}/device-overview").json()
    assert client.get(f"{_BASE}/device-overview").json() == first


@pytest.mark.usefixtures("devices")
def test_completion_over_rest(client: Client) -> None:
    answer = client.get(f"{_BASE}/device-completion", {"q": "site=b board=x", "at": "6"}).json()
    item = {"kind": "value", "text": "berlin", "description": "", "count": 2}
    assert answer == {"start": 5, "end": 6, "items": [item]}


@pytest.mark.usefixtures("devices")
def test_a_member_sees_devices_and_a_stranger_none(
    viewer: User, stranger: User, browser_of: Callable[[User | None], Client]
) -> None:
    assert _names(browser_of(viewer)) == ["a", "b", "c", "d"]
    for address in ("devices", "device-table", "device-overview", "device-completion", "device-groups"):
        assert browser_of(stranger).get(f"{_BASE}/{address}").status_code == 404
        assert browser_of(None).get(f"{_BASE}/{address}").status_code == 401
