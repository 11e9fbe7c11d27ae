"""Labels by a table on the page: it shows what changes, stores all of it or nothing, and names each wrong line."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from forge.accounts.models import Organisation, User
from forge.fleet.models import Device, DeviceLabel
from forge.fleet.pages.labels import LARGEST_FILE
from tests.support.forge.factories.device_rows import device_row

pytestmark = pytest.mark.django_db

Browser = Callable[[User | None], Client]
PAGE = "/acme/devices/labels"
TABLE = "name,labels\nb1,site=bern,line=\nb2,hall=3 b\nh1,site=hamburg\n"


@pytest.fixture(autouse=True)
def devices(organisation: Organisation) -> None:
    """Three devices of the organisation, and one of another with a name of its own."""
    device_row(organisation, "b1", {"site": "berlin", "line": "1"})
    device_row(organisation, "b2", {"site": "berlin", "line": "2"})
    device_row(organisation, "h1", {"site": "hamburg"})
    device_row(Organisation.objects.create(name="elsewhere"), "far", {"site": "berlin"})


def send(browser: Client, table: str | bytes, name: str = "labels.csv") -> Any:
    """Uploads a table, as the form does without scripts."""
    data = table.encode() if isinstance(table, str) else table
    return browser.post(PAGE, {"do": "preview", "file": SimpleUploadedFile(name, data, "text/csv")})


def hidden(page: str, name: str) -> str:
    """Returns the value of a hidden field."""
    match = re.search(rf'type="hidden" name="{name}" value="([^"]*)"', page)
    assert match is not None
    return html.unescape(match[1])


def text_of(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def labels() -> dict[str, dict[str, str]]:
    """Returns the labels of each device that has some."""
    by_device: dict[str, dict[str, str]] = {}
    for name, key, value in DeviceLabel.objects.values_list("device__name", "key", "value"):
        by_device.setdefault(name, {})[key] = value
    return by_device


def test_the_page_of_devices_leads_to_the_format_and_the_current_labels(
    developer: User, viewer: User, browser_of: Browser
) -> None:
    assert (
        'href="/acme/devices/labels?q=site%3Dberlin"'
        in browser_of(developer).get("/acme/devices?q=site=berlin").content.decode()
    )
    assert "/acme/devices/labels" not in browser_of(viewer).get("/acme/devices").content.decode()
    page = browser_of(developer).get(f"{PAGE}?q=site=berlin").content.decode()
    assert 'enctype="multipart/form-data"' in page
    assert "gate-7,site=berlin,line=3" in page
    assert 'href="/api/v1/organisations/acme/device-labels?q=site%3Dberlin" download' in page


def test_a_table_is_shown_and_then_stored(developer: User, browser_of: Browser) -> None:
    before = labels()
    browser = browser_of(developer)
    answer = send(browser, TABLE)
    page = answer.content.decode()
    text = text_of(page)
    assert answer.status_code == 200
    for words in (
        "2 devices change",
        "b1 line=1 is removed site=berlin becomes site=bern",
        "b2 hall=3 b is added",
        "Change labels of 2 devices",
    ):
        assert words in text, words
    assert labels() == before
    form = {"do": "store", "table": hidden(page, "table"), "count": hidden(page, "count")}
    answer = browser.post(PAGE, form)
    assert answer["Location"] == "/acme/devices?labelled=2"
    assert "Labels of 2 devices changed." in browser.get(answer["Location"]).content.decode()
    assert labels() == before | {"b1": {"site": "bern"}, "b2": {"site": "berlin", "line": "2", "hall": "3 b"}}


@pytest.mark.parametrize(
    "table",
    [
        b"\xef\xbb\xbf" + TABLE.encode(),
        TABLE.replace("\n", "\r\n").encode(),
        TABLE.replace(",", ";").encode(),
        b"name,labels,,\nb1,site=bern,line=,\nb2,hall=3 b,,\n,,,\n",
    ],
)
def test_tables_as_spreadsheets_write_them_are_read(developer: User, browser_of: Browser, table: bytes) -> None:
    page = send(browser_of(developer), table).content.decode()
    assert "2 devices change" in text_of(page)


@pytest.mark.parametrize(
    ("table", "status", "words"),
    [
        ("b1,site=bern\nb2,site\n", 422, "Line 2: 'site' is not a label"),
        ("b1,site=bern\nnobody,site=x\n", 422, "Line 2: there is no device nobody in service."),
        ("b1,site=bern\nfar,site=x\n", 422, "Line 2: there is no device far in service."),
        ("b1,site=bern\nb1,line=3\n", 422, "Line 2: b1 is in line 1 already."),
        ('b1,site=bern\nb2,"site=x\n', 422, "Line 2: this is not CSV"),
        ("b1,site=bern\nb2,site=Köln\n".encode("cp1252"), 422, "Line 2: this is not UTF-8"),
        ("b1,site=bern\n".encode("utf-16"), 422, "Line 1: this is not UTF-8"),
        ("b1,site=bern\nb2,site=\0\n", 422, "Line 2: this is not text"),
        (
            "b1,site=bern\nb2," + ",".join(f"k{number}=x" for number in range(31)),
            422,
            "Line 2: b2 would have 33 labels",
        ),
        ("b1,site=bern\n" + "#" * LARGEST_FILE, 400, "this page takes at most"),
        ("", 400, "Choose a CSV file"),
        ("<script>alert(1)</script>,site=bern\n", 422, "Line 1: there is no device <script>"),
    ],
)
def test_a_bad_table_is_refused_by_line_and_nothing_is_stored(
    developer: User, browser_of: Browser, table: str | bytes, status: int, words: str
) -> None:
    before = labels()
    answer = send(browser_of(developer), table)
    page = answer.content.decode()
    assert answer.status_code == status
    assert words in html.unescape(page)
    assert "<script>alert" not in page
    assert 'type="file"' in page
    assert 'name="do" value="store"' not in page
    assert labels() == before


def test_a_table_that_changes_nothing_has_nothing_to_store(developer: User, browser_of: Browser) -> None:
    for table in ("b1,site=berlin\n", "name\n", "\n\n"):
        page = send(browser_of(developer), table).content.decode()
        assert "This table changes no label." in page
        assert 'value="store"' not in page


def test_another_number_than_was_shown_is_refused_and_shown_anew(developer: User, browser_of: Browser) -> None:
    browser = browser_of(developer)
    page = send(browser, TABLE).content.decode()
    DeviceLabel.objects.filter(device__name="b2").delete()
    DeviceLabel.objects.create(
        device=Device.objects.get(name="b2"),
        organisation=Organisation.objects.get(name="acme"),
        key="hall",
        value="3 b",
    )
    before = labels()
    answer = browser.post(PAGE, {"do": "store", "table": hidden(page, "table"), "count": hidden(page, "count")})
    text = text_of(answer.content.decode())
    assert answer.status_code == 409
    assert "The table changes 1 device now, not 2. Nothing was changed." in text
    assert "Change labels of 1 device" in text
    assert labels() == before
    for count in ("", "x", "9" * 30):
        assert browser.post(PAGE, {"do": "store", "table": TABLE, "count": count}).status_code == 409
    assert browser.post(PAGE, {"do": "store", "table": "b1,site", "count": "1"}).status_code == 422
    assert browser.post(PAGE, {"do": "other"}).status_code == 404
    assert labels() == before


def test_who_may_not_change_devices_does_not_see_the_page(
    viewer: User, reviewer: User, stranger: User, browser_of: Browser
) -> None:
    before = labels()
    for person, status in ((viewer, 403), (reviewer, 403), (stranger, 404)):
        assert browser_of(person).get(PAGE).status_code == status
        assert send(browser_of(person), TABLE).status_code == status
        form = {"do": "store", "table": TABLE, "count": "2"}
        assert browser_of(person).post(PAGE, form).status_code == status
    assert labels() == before


def test_the_labels_as_csv_come_back_as_they_are(
    organisation: Organisation, developer: User, viewer: User, stranger: User, browser_of: Browser
) -> None:
    address = "/api/v1/organisations/acme/device-labels"
    device_row(organisation, "bare")
    device_row(organisation, "z1", {"hall": "a: 1/2 + b"})
    answer = browser_of(viewer).get(address)
    table = answer.getvalue().decode()
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="acme-labels.csv"' in answer["Content-Disposition"]
    assert table.splitlines()[:3] == ["name,labels", "b1,line=1,site=berlin", "b2,line=2,site=berlin"]
    assert [line for line in table.splitlines() if line.startswith(("bare", "z1"))] == ["bare", "z1,hall=a: 1/2 + b"]
    browser = browser_of(developer)
    assert "This table changes no label." in send(browser, table).content.decode()
    assert "1 device changes" in text_of(send(browser, table.replace("hamburg", "kiel")).content.decode())
    assert browser.get(f"{address}?q=site=hamburg").getvalue().decode().splitlines() == [
        "name,labels",
        "h1,site=hamburg",
    ]
    assert browser.get(f"{address}?q=site=").status_code == 400
    assert browser_of(stranger).get(address).status_code == 404
