"""The page of an organisation's devices: what it shows, for whom, and what is done to many at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from forge.accounts.models import Organisation, User
from forge.fleet.devices.models import Device, DeviceLabel, DeviceRequest
from forge.fleet.groups.membership import assign_devices
from forge.fleet.groups.models import GroupKind
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.device_rows import assignment_row, device_row, group_row

pytestmark = pytest.mark.django_db

Browser = Callable[[User | None], Client]
OLD, NEW = (f"sha256:{digit * 64}" for digit in "ab")


@pytest.fixture
def devices(organisation: Organisation) -> list[Device]:
    """Three in Berlin: one has what is wanted, one is away, one has no room. One in Hamburg has nothing."""
    berlin = group_row(organisation, "berlin", "site=berlin")
    assignment_row(berlin, "door-knock/gateways", "1.5", NEW, number=5)
    group_row(organisation, "away", "is:away", GroupKind.SEARCH)
    path = "acme/door-knock/gateways"
    now = timezone.now()
    rows = [
        device_row(
            organisation,
            "bln-1",
            {"site": "berlin"},
            note="Depot 2, gate B",
            running_rune=NEW,
            running_version="1.5",
            running_deployment=path,
            self_test="passed",
            self_tested=now - timedelta(hours=2),
        ),
        device_row(
            organisation,
            "bln-2",
            {"site": "berlin"},
            running_rune=OLD,
            running_version="1.4",
            running_deployment=path,
            seen=now - timedelta(days=5),
        ),
        device_row(
            organisation,
            "bln-3",
            {"site": "berlin"},
            running_rune=OLD,
            running_version="1.4",
            running_deployment=path,
            problem="disk-full",
        ),
        device_row(organisation, "hh-1", {"site": "hamburg"}),
    ]
    assign_devices(organisation)
    return rows


def rows_in(page: str) -> list[str]:
    return re.findall(r'<tr id="device-([^"]+)"', page)


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_it_says_what_devices_run_how_they_are_and_what_is_wanted(
    devices: list[Device], viewer: User, browser_of: Browser
) -> None:
    page = compact(browser_of(viewer).get("/acme/devices").content.decode())
    assert rows_in(page) == ["bln-1", "bln-2", "bln-3", "hh-1"]
    text = text_of(page)
    for words in (
        "What 4 devices run",
        "door-knock 1.4 2 1.5 1 nothing yet 1",
        "Healthy 2",
        "Not seen for a day 1",
        "Report a problem 1",
        "Berlin 3",
        "In no group 1",
        "same bits as approved, 2 hours ago",
        "waits, device is away",
        "disk full",
    ):
        assert words in text, words


def test_a_search_narrows_the_list_and_says_what_matches(
    devices: list[Device], viewer: User, browser_of: Browser
) -> None:
    page = compact(browser_of(viewer).get("/acme/devices", {"q": "site=berlin running!=1.5"}).content.decode())
    assert rows_in(page) == ["bln-2", "bln-3"]
    assert "2 of 4" in text_of(page)
    assert "2 run 1.4; 1 is away." in text_of(page)
    newest_first = browser_of(viewer).get("/acme/devices?q=site%3Dberlin&sort=seen").content.decode()
    assert rows_in(newest_first)[-1] == "bln-2"


def test_a_wrong_search_says_what_is_wrong_and_stays_in_the_field(
    devices: list[Device], viewer: User, browser_of: Browser
) -> None:
    page = compact(browser_of(viewer).get("/acme/devices", {"q": "seen=blue"}).content.decode())
    assert 'value="seen=blue"' in page
    assert 'aria-invalid="true"' in page
    assert "is not a value of seen" in page
    assert rows_in(page) == []


def test_who_may_only_look_gets_no_button(
    devices: list[Device], viewer: User, developer: User, browser_of: Browser
) -> None:
    looks, changes = (browser_of(person).get("/acme/devices").content.decode() for person in (viewer, developer))
    for button in ("Claim a device", 'name="do"', 'name="device"', "Save this search"):
        assert button not in looks
    assert "Claim a device" in changes
    assert all(f'value="{do}"' in changes for do in ("label", "log", "restart"))
    assert (
        browser_of(viewer).post("/acme/devices/do", {"do": "restart", "all": "1", "expected": "4"}).status_code == 403
    )


def test_a_stranger_learns_nothing(devices: list[Device], stranger: User, browser_of: Browser) -> None:
    for address in ("/acme/devices", "/acme/devices/bln-1", "/acme/devices/claim", "/acme/devices/groups/berlin"):
        assert browser_of(stranger).get(address).status_code == 404
        assert browser_of(None).get(address).status_code == 302


def test_an_organisation_without_devices_learns_how_the_first_one_joins(
    organisation: Organisation, developer: User, viewer: User, browser_of: Browser
) -> None:
    page = browser_of(developer).get("/acme/devices").content.decode()
    assert "hmrd enroll" in page
    assert "/acme/devices/claim" in page
    assert "hmrd enroll" not in browser_of(viewer).get("/acme/devices").content.decode()


def test_all_that_match_are_restarted(devices: list[Device], developer: User, browser_of: Browser) -> None:
    form = {"do": "restart", "all": "1", "q": "site=berlin", "expected": "3"}
    answer = browser_of(developer).post("/acme/devices/do", form)
    assert answer["Location"] == "/acme/devices?q=site%3Dberlin&restarts=3#list"
    assert DeviceRequest.objects.filter(kind="restart").count() == 3
    assert "The runes of 3 devices restart" in browser_of(developer).get(answer["Location"]).content.decode()


def test_those_that_were_chosen_are_asked_for_logs(devices: list[Device], developer: User, browser_of: Browser) -> None:
    browser_of(developer).post("/acme/devices/do", {"do": "log", "device": ["bln-1", "hh-1"], "expected": "4"})
    assert {each.device.name for each in DeviceRequest.objects.filter(kind="log")} == {"bln-1", "hh-1"}


@pytest.mark.parametrize("form", [{"group": "berlin"}, {"label": "site=berlin"}])
def test_devices_are_put_into_a_group_by_its_labels(
    devices: list[Device], developer: User, browser_of: Browser, form: dict[str, str]
) -> None:
    browser_of(developer).post("/acme/devices/do", {"do": "label", "device": "hh-1", **form})
    assert DeviceLabel.objects.get(device=devices[3]).value == "berlin"
    page = browser_of(developer).get("/acme/devices").content.decode()
    assert "Berlin 4" in text_of(page)


@pytest.mark.parametrize(
    ("form", "status", "words"),
    [
        ({"do": "restart", "all": "1", "q": "site=berlin", "expected": "2"}, 409, "3 devices now, not 2"),
        ({"do": "restart"}, 400, "Choose devices in the list first"),
        ({"do": "label", "device": "hh-1"}, 400, "Choose a group, or type a label"),
        ({"do": "label", "device": "hh-1", "label": "Site"}, 400, "Site"),
        ({"do": "restart", "all": "1", "q": "nothing=", "expected": "x"}, 400, "The query has an error"),
    ],
)
def test_what_cannot_be_done_says_so_and_nothing_happens(
    devices: list[Device], developer: User, browser_of: Browser, form: dict[str, str], status: int, words: str
) -> None:
    answer = browser_of(developer).post("/acme/devices/do", form)
    assert answer.status_code == status
    assert words in text_of(answer.content.decode())
    assert not DeviceRequest.objects.exists()


def test_many_names_are_asked_although_a_query_has_no_room_for_them(
    organisation: Organisation, developer: User, browser_of: Browser
) -> None:
    names = [f"{'long-name-' * 4}{number}" for number in range(20)]
    for name in names:
        device_row(organisation, name)
    browser_of(developer).post("/acme/devices/do", {"do": "restart", "device": names})
    assert DeviceRequest.objects.filter(kind="restart").count() == 20


def test_the_tab_of_the_organisation_counts_its_devices(
    devices: list[Device], viewer: User, browser_of: Browser
) -> None:
    page = compact(browser_of(viewer).get("/acme").content.decode())
    assert re.search(r'href="/acme/devices">Devices\s*<span class="count num">4</span>', page)
