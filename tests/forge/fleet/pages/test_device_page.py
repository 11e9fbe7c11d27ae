"""The page of a device: what it shows, what each person may do there, and its forms."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from forge.accounts.models import Organisation, User
from forge.fleet.devices.models import Device, DeviceDay, DeviceEntry, DeviceRequest, HandOver
from forge.fleet.groups.membership import assign_devices
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.device_rows import assignment_row, device_row, group_row

pytestmark = pytest.mark.django_db

Browser = Callable[[User | None], Client]
OLD, NEW = (f"sha256:{digit * 64}" for digit in "ab")
PAGE = "/acme/devices/bln-1"


@pytest.fixture
def device(organisation: Organisation, developer: User) -> Device:
    """A device that runs 1.4, shall run 1.5 and has no room for it."""
    group = group_row(organisation, "berlin", "site=berlin")
    assignment_row(group, "door-knock/gateways", "1.5", NEW, number=5, title="door-knock / Gateways")
    now = timezone.now()
    device = device_row(
        organisation,
        "bln-1",
        {"site": "berlin"},
        note="Depot 2, gate B",
        public_key="A" * 43,
        claimed_by=developer,
        running_rune=OLD,
        running_version="1.4",
        problem="disk-full",
        problem_detail="21 MB are needed, 3 MB are free",
        self_test="passed",
        self_tested=now - timedelta(hours=2),
        totals={"restarts": 7},
    )
    entries: list[tuple[str, int, dict[str, Any]]] = [
        ("claimed", 50, {"person": developer}),
        ("installed", 49, {"version": "1.4", "seconds": 39}),
        ("refused", 1, {"version": "1.5", "problem": "disk-full", "problem_detail": "3 MB are free"}),
    ]
    for kind, hours, fields in entries:
        at = now - timedelta(hours=hours)
        DeviceEntry.objects.create(device=device, kind=kind, at=at, received=at, **fields)
    DeviceDay.objects.create(device=device, day=now.date(), reports=9, restarts=3)
    DeviceRequest.objects.create(
        device=device, kind="log", created_by=developer, created=now, answered=now, log="09:21:02 check-in"
    )
    assign_devices(organisation)
    return device


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_it_says_what_runs_what_is_wanted_and_why_not_yet(device: Device, viewer: User, browser_of: Browser) -> None:
    page = browser_of(viewer).get(PAGE).content.decode()
    text = text_of(page)
    for words in (
        "Depot 2, gate B",
        "The device has no room for the version. Free space on the device. It tries again by itself.",
        "21 MB are needed, 3 MB are free",
        "1.5, disk full door-knock / Gateways",
        "same bits as approved , 2 hours ago",
        "Claimed by Jo Okafor",
        "Installed 1.4 in 39 s",
        "Refused 1.5 Disk full: 3 MB are free",
        "3 restarts",
        "Restarts since it joined 7",
        "A person who takes over this server decides what these devices run.",
    ):
        assert words in text, words
    assert 'href="/acme/door-knock/deployments/gateways"' in page
    assert 'href="/acme/devices?q=site%3Dberlin"' in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"problem": "", "seen": None}, "The device is away. It gets 1.5 when it comes back."),
        ({"problem": "", "phase": "fetching"}, "The device is downloading 1.5."),
        ({"problem": "", "phase": "checking"}, "The device checks the signatures of 1.5"),
        ({"problem": "", "phase": "trying"}, "Its health is not confirmed yet."),
        ({"problem": ""}, "The device gets 1.5 with its next poll."),
        ({"problem": "", "locked_out": timezone.now()}, "It gets 1.5 after you let it in again."),
    ],
)
def test_each_reason_why_a_device_does_not_run_what_is_wanted_is_said(
    device: Device, viewer: User, browser_of: Browser, fields: dict[str, object], words: str
) -> None:
    Device.objects.update(**fields)
    assert words in text_of(browser_of(viewer).get(PAGE).content.decode())


def test_the_drawer_of_the_list_shows_the_same_device(device: Device, developer: User, browser_of: Browser) -> None:
    page = browser_of(developer).get("/acme/devices?device=bln-1").content.decode()
    assert 'data-device-panel="bln-1"' in page
    assert "09:21:02 check-in" in page
    assert "data-device-panel" not in browser_of(developer).get("/acme/devices?device=nobody").content.decode()


def test_each_role_sees_what_it_may_do(
    device: Device, viewer: User, developer: User, maintainer: User, browser_of: Browser
) -> None:
    looks, develops, maintains = (
        browser_of(person).get(PAGE).content.decode() for person in (viewer, developer, maintainer)
    )
    for words in ("Restart its runes", "09:21:02 check-in", 'value="change"', "Ask for a log"):
        assert words not in looks
        assert words in develops
    for words in ('value="lock-out"', 'value="retire"', 'value="offer"', "Replace key"):
        assert words not in develops
        assert words in maintains


def test_a_log_is_a_page_of_its_own_for_who_may_read_it(
    device: Device, viewer: User, developer: User, browser_of: Browser
) -> None:
    log = DeviceRequest.objects.get().pk
    assert "09:21:02 check-in" in browser_of(developer).get(f"{PAGE}/logs/{log}").content.decode()
    assert browser_of(viewer).get(f"{PAGE}/logs/{log}").status_code == 403
    assert browser_of(developer).get(f"{PAGE}/logs/{log + 1}").status_code == 404


def test_name_note_and_labels_are_changed(device: Device, developer: User, browser_of: Browser) -> None:
    browser = browser_of(developer)
    form = {"do": "change", "name": "bln-2", "note": "Depot 3", "labels": "site=berlin, line=3", "etag": etag(browser)}
    assert browser.post(f"{PAGE}/do", form)["Location"] == "/acme/devices/bln-2"
    page = text_of(browser.get("/acme/devices/bln-2").content.decode())
    assert all(words in page for words in ("Depot 3", "line=3", "Labels changed by Jo Okafor"))


def test_wrong_labels_are_refused_beside_their_field(device: Device, developer: User, browser_of: Browser) -> None:
    browser = browser_of(developer)
    form = {"do": "change", "name": "bln-1", "note": "", "labels": "berlin", "etag": etag(browser)}
    answer = browser.post(f"{PAGE}/do", form)
    page = compact(answer.content.decode())
    assert answer.status_code == 400
    assert "berlin is not a label" in page
    assert 'name="labels" type="text" value="berlin"' in page


@pytest.mark.parametrize("kind", ["log", "restart", "self-test"])
def test_a_device_is_asked(device: Device, developer: User, browser_of: Browser, kind: str) -> None:
    assert browser_of(developer).post(f"{PAGE}/do", {"do": "ask", "kind": kind})["Location"] == PAGE
    assert DeviceRequest.objects.filter(kind=kind, answered=None).count() == 1
    assert "waits for the device" in browser_of(developer).get(PAGE).content.decode()
    again = browser_of(developer).post(f"{PAGE}/do", {"do": "ask", "kind": kind})
    assert (again.status_code, "asked already" in again.content.decode()) == (409, True)


def test_a_device_is_locked_out_and_let_in_again(device: Device, maintainer: User, browser_of: Browser) -> None:
    browser = browser_of(maintainer)
    browser.post(f"{PAGE}/do", {"do": "lock-out"})
    page = browser.get(PAGE).content.decode()
    assert "Locked out" in text_of(page)
    assert "Ask for a log" not in page
    browser.post(f"{PAGE}/do", {"do": "let-in"})
    assert Device.objects.get().locked_out is None


def test_a_device_is_offered_and_the_offer_withdrawn(
    device: Device, maintainer: User, stranger: User, browser_of: Browser
) -> None:
    browser = browser_of(maintainer)
    browser.post(f"{PAGE}/do", {"do": "offer", "to": "other"})
    assert "Offered to other" in text_of(browser.get(PAGE).content.decode())
    browser.post(f"{PAGE}/do", {"do": "end-offer"})
    assert not HandOver.objects.exists()


def test_a_device_is_retired_and_then_deleted(device: Device, maintainer: User, browser_of: Browser) -> None:
    browser = browser_of(maintainer)
    assert browser.post(f"{PAGE}/do", {"do": "retire", "etag": "old"}).status_code == 412
    browser.post(f"{PAGE}/do", {"do": "retire", "etag": etag(browser)})
    page = browser.get(PAGE).content.decode()
    assert "was retired" in page
    assert 'value="change"' not in page
    assert browser.post(f"{PAGE}/do", {"do": "delete", "etag": etag(browser)})["Location"] == "/acme/devices"
    assert not Device.objects.exists()


def etag(browser: Client) -> str:
    """Returns the state that the device's page carries in its forms."""
    match = re.search(r'name="etag" value="([^"]+)"', browser.get(PAGE).content.decode())
    assert match is not None
    return match[1]
