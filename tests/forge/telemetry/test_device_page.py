"""The page of a device shows its last document byte for byte, or why there is none."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from forge.accounts.models import Organisation, ProjectMembership, User
from forge.fleet.models import Device, StockAccount
from forge.projects.models import Project
from forge.telemetry.models import DeviceCounts
from forge.telemetry.switch.actions import turn_off
from forge.telemetry.totals.merging import merge_all
from hmrd.protocol.document_fields import document_fields
from tests.support.forge.counts import CountingFleet, yesterday
from tests.support.forge.factories.device_rows import device_row
from tests.support.watch import LAYOUT, counted

pytestmark = pytest.mark.django_db
Browser = Callable[[User | None], Client]
DEPLOYMENT = "/acme/kitchen/deployments/gateways"


@pytest.fixture
def browser(viewer: User, browser_of: Browser) -> Client:
    return browser_of(viewer)


@pytest.fixture
def device(fleet: CountingFleet) -> Device:
    return Device.objects.get(pk=fleet.client.device)


def read(browser: Client, device: Device) -> str:
    answer = browser.get(device.get_absolute_url())
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_last_document_is_there_byte_for_byte_and_in_words(
    fleet: CountingFleet, browser: Client, device: Device
) -> None:
    old, new = (
        fleet.document(counted(labels), day=yesterday(back)) for labels, back in (((1, 2, 3), 2), ((60, 30, 10), 1))
    )
    assert fleet.names(new, old) == ["accepted", "accepted"]
    page = read(browser, device)
    assert f"242 bytes about {yesterday().day} {yesterday():%B %Y} (UTC), of 1.0." in page
    assert f'datetime="{timezone.now():%Y-%m-%dT}' in page
    assert "60 with the answer &quot;nothing&quot;" in page
    for field in document_fields(LAYOUT):
        row = f"<td>{field.offset}</td><td>{field.size}</td>"
        assert row in page
        assert f"<code>{new[field.offset : field.end].hex(' ')}</code>" in page
    assert "places, addresses or names of people" in page


def test_without_a_document_it_says_when_one_comes(browser: Client, device: Device) -> None:
    assert "It has sent none yet. The counts of a day come after its end (UTC)" in read(browser, device)


def test_when_telemetry_is_off_it_says_so_and_shows_what_came_before(
    fleet: CountingFleet, browser: Client, developer: User, device: Device
) -> None:
    fleet.names(fleet.document())
    turn_off(developer, fleet.deployment)
    page = read(browser, device)
    assert "Gateways is off: no counts leave the device. This is the last document from before." in page
    DeviceCounts.objects.all().delete()
    page = read(browser, device)
    assert "no counts leave the device." in page
    assert "242 bytes" not in page


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "It is for no deployment"),
        ({"claimed_with": "stock"}, "Its update client counts nothing."),
        ({"retired": timezone.now()}, "It is retired, and sends nothing."),
        ({"locked_out": timezone.now()}, "It is locked out"),
    ],
)
def test_a_device_that_cannot_send_says_why(
    organisation: Organisation, browser: Client, fields: dict[str, object], sentence: str
) -> None:
    device = device_row(organisation, "gate-9", {"site": "rome"}, **fields)
    StockAccount.objects.create(device=device, created=timezone.now())
    assert sentence in read(browser, device)


@pytest.mark.parametrize("page", [DEPLOYMENT, f"{DEPLOYMENT}/watch"])
def test_the_card_leads_to_the_newest_document(
    fleet: CountingFleet, browser: Client, device: Device, page: str
) -> None:
    def link() -> str:
        text = " ".join(browser.get(page).content.decode().split())
        return text.partition(f'href="{device.get_absolute_url()}#counts">')[2].partition("</a>")[0]

    assert link() == ""
    fleet.names(fleet.document(day=yesterday(4)))
    merge_all()
    day = yesterday(4)
    assert link() == f"The 242 bytes of {device.name} about {day.day} {day:%B %Y}"
    fleet.names(fleet.document())
    merge_all()
    assert link() == f"Yesterday's 242 bytes of {device.name}"


def test_who_sees_the_project_alone_gets_no_link(
    fleet: CountingFleet, device: Device, project: Project, stranger: User, browser_of: Browser
) -> None:
    """The page of a device is for members of the organisation."""
    fleet.names(fleet.document())
    merge_all()
    ProjectMembership.objects.create(
        project=project.pk, organisation=project.organisation, user=stranger, role="developer"
    )
    answer = browser_of(stranger).get(DEPLOYMENT)
    assert answer.status_code == 200
    assert "What leaves a device, byte by byte" in answer.content.decode()
    assert "#counts" not in answer.content.decode()
    assert browser_of(stranger).get(device.get_absolute_url()).status_code == 404
