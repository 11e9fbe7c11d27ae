"""A device with SWUpdate or Zephyr is claimed on the page: its token and the lines to copy are shown once."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from django.test import Client

from forge.accounts.models import Organisation, User
from forge.fleet.devices.labels import labels_of
from forge.fleet.models import Device, StockAccount
from tests.support.documents.compact_html import compact

pytestmark = pytest.mark.django_db

Browser = Callable[[User | None], Client]
CLAIM = "/acme/devices/claim"
FORM = {"do": "stock", "board": "linux-armv7l", "name": "gate-9", "labels": "site=berlin", "note": "Gate B"}


def test_the_token_and_both_configurations_are_shown_once(
    organisation: Organisation, developer: User, browser_of: Browser
) -> None:
    browser = browser_of(developer)
    answer = browser.post(f"{CLAIM}/make", FORM)
    page = html.unescape(answer.content.decode())
    match = re.search(r'targettoken = "([0-9a-f]{32})";', page)
    assert (answer.status_code, match is not None) == (200, True)
    token = match[1] if match else ""
    assert f'CONFIG_HAWKBIT_DDI_SECURITY_TOKEN="{token}"' in page
    assert page.count(f'data-copy="{token}"') == 1
    assert page.count('id = "gate-9"') == 2, "shown, and in the button that copies it"
    assert "The token is shown only now." in " ".join(page.split())
    assert "no-store" in answer["Cache-Control"]
    device = Device.objects.get()
    assert (device.board, device.name, device.note) == ("linux-armv7l", "gate-9", "Gate B")
    assert labels_of(device) == {"site": "berlin"}
    for later in (CLAIM, "/acme/devices", "/acme/devices/gate-9"):
        assert token not in browser.get(later).content.decode()


@pytest.mark.parametrize(
    ("wrong", "status", "words"),
    [
        ({"board": "Raspberry Pi"}, 400, "lower-case letters and digits"),
        ({"board": ""}, 400, "lower-case letters and digits"),
        ({"name": "Gate 9"}, 400, "name"),
        ({"name": "claim"}, 400, "name"),
        ({"name": "gate-1"}, 409, "gate-1"),
        ({"labels": "berlin"}, 400, "berlin is not a label"),
    ],
)
def test_what_cannot_be_is_refused_and_what_was_typed_stays(
    organisation: Organisation, developer: User, browser_of: Browser, wrong: dict[str, str], status: int, words: str
) -> None:
    browser = browser_of(developer)
    browser.post(f"{CLAIM}/make", FORM | {"name": "gate-1"})
    answer = browser.post(f"{CLAIM}/make", FORM | wrong)
    page = compact(answer.content.decode())
    assert answer.status_code == status
    assert 'role="alert"' in page
    assert words in page
    board = (FORM | wrong)["board"]
    assert f'id="stock-board" name="board" value="{board}"' in page
    assert StockAccount.objects.count() == 1


def test_who_may_not_claim_makes_no_account(
    organisation: Organisation, viewer: User, reviewer: User, stranger: User, browser_of: Browser
) -> None:
    statuses = [browser_of(each).post(f"{CLAIM}/make", FORM).status_code for each in (viewer, reviewer, stranger)]
    assert statuses == [403, 403, 404]
    assert not StockAccount.objects.exists()
