"""The page of a device with a stock client: its account, what it was offered, and the buttons of each role."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from forge.accounts.models import Membership, Organisation, Role, User
from forge.fleet.devices.actions.standing import lock_out_device
from forge.fleet.models import Device, StockAccount
from forge.fleet.stock.actions import create_stock_device, revoke_stock_token
from forge.fleet.stock.models import ActionState, StockAction
from tests.forge.deployments.stock.conftest import StockFleet
from tests.support.forge.factories.devices import joined

pytestmark = pytest.mark.django_db

Browser = Callable[[User | None], Client]
PAGE = "/acme/devices/gate-9"


def _text(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def _page(browser: Client, path: str = PAGE) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def _fail(fleet: StockFleet) -> None:
    """Has the client report that it could not install the image."""
    fleet.give_image()
    offer = fleet.client.offered()
    assert offer is not None
    fleet.client.close(offer["id"], "failure", "no space left <b>on device</b>")


def test_it_shows_the_account_before_a_client_asked(fleet: StockFleet, viewer: User, browser_of: Browser) -> None:
    text = _text(_page(browser_of(viewer)))
    hint = StockAccount.objects.get().hint
    for words in (
        f"Token {hint}… , made",
        "by Jo Okafor",
        "Client id none yet",
        "Release 1 (1.0) has no image, so the client is offered nothing.",
        "Nothing was offered to this client yet.",
    ):
        assert words in text, words
    assert "The device is away" not in text, "it would get nothing when it comes back"
    assert fleet.client.token not in text


def test_it_shows_what_the_client_said_as_not_signed(fleet: StockFleet, viewer: User, browser_of: Browser) -> None:
    fleet.client.send("PUT", "/configData", {"data": {"kernel": "6.1", "board": "<i>gateway</i>"}})
    _fail(fleet)
    page = _page(browser_of(viewer))
    text = _text(page)
    for words in (
        "Client id gate-9",
        "kernel=6.1",
        "has an image",
        "Offer 1 1.0 Failed",
        "no space left <b>on device</b>",
        "Not signed: who has the token can report this state and this message too.",
    ):
        assert words in text, words
    assert "&lt;b&gt;on device&lt;/b&gt;" in page
    assert "&lt;i&gt;gateway&lt;/i&gt;" in page
    assert "<i>" not in page


def test_requests_that_no_stock_client_answers_have_no_button(
    fleet: StockFleet, developer: User, browser_of: Browser
) -> None:
    for path in (PAGE, "/acme/devices?device=gate-9"):
        page = _page(browser_of(developer), path)
        assert 'value="self-test"' not in page
        assert 'value="restart"><' not in page
        assert "Ask for a log<span" not in page
    assert "answers no requests" in _text(_page(browser_of(developer)))


def test_each_role_has_the_buttons_that_it_may_press(
    fleet: StockFleet, viewer: User, developer: User, maintainer: User, browser_of: Browser
) -> None:
    _fail(fleet)
    pages = [_page(browser_of(each)) for each in (viewer, developer, maintainer)]
    buttons = [[do for do in ("token", "revoke", "retry") if f'value="stock-{do}"' in page] for page in pages]
    assert buttons == [[], ["retry"], ["token", "revoke", "retry"]]
    assert pages[2].count("data-sure") >= 3
    browser = browser_of(developer)
    assert [browser.post(f"{PAGE}/do", {"do": f"stock-{do}"}).status_code for do in ("token", "revoke")] == [403, 403]
    assert browser_of(viewer).post(f"{PAGE}/do", {"do": "stock-retry"}).status_code == 403
    assert StockAction.objects.count() == 1


def test_another_token_is_shown_once(fleet: StockFleet, maintainer: User, browser_of: Browser) -> None:
    browser = browser_of(maintainer)
    answer = browser.post(f"{PAGE}/do", {"do": "stock-token"})
    page = html.unescape(answer.content.decode())
    match = re.search(r'targettoken = "([0-9a-f]{32})";', page)
    assert (answer.status_code, match is not None) == (200, True)
    token = match[1] if match else ""
    assert token != fleet.client.token
    assert f'CONFIG_HAWKBIT_DDI_SECURITY_TOKEN="{token}"' in page
    assert f"Token {token[:4]}… , made" in _text(page)
    assert "no-store" in answer["Cache-Control"]
    assert token not in _page(browser)
    assert fleet.client.send("GET").status_code == 401


def test_a_token_is_revoked(fleet: StockFleet, maintainer: User, browser_of: Browser) -> None:
    browser = browser_of(maintainer)
    assert browser.post(f"{PAGE}/do", {"do": "stock-revoke"})["Location"] == f"{PAGE}#update-client"
    page = _page(browser)
    assert "revoked" in _text(page)
    assert 'value="stock-revoke"' not in page
    assert 'value="stock-token"' in page
    assert fleet.client.send("GET").status_code == 401


def test_what_failed_is_offered_again(fleet: StockFleet, developer: User, browser_of: Browser) -> None:
    _fail(fleet)
    browser = browser_of(developer)
    assert browser.post(f"{PAGE}/do", {"do": "stock-retry"})["Location"] == f"{PAGE}#update-client"
    page = _page(browser)
    assert "Offer 2 1.0 Offered" in _text(page)
    assert 'value="stock-retry"' not in page
    assert StockAction.objects.filter(state=ActionState.OFFERED).count() == 1


def test_what_does_not_fit_the_state_is_refused_on_the_page(
    fleet: StockFleet, organisation: Organisation, owner: User, browser_of: Browser
) -> None:
    browser = browser_of(owner)
    nothing = browser.post(f"{PAGE}/do", {"do": "stock-retry"})
    assert (nothing.status_code, "has failed" in nothing.content.decode()) == (409, True)
    joined(organisation, "gate-7", by=owner)
    for do in ("token", "revoke", "retry"):
        answer = browser.post("/acme/devices/gate-7/do", {"do": f"stock-{do}"})
        assert (answer.status_code, "joined with a key" in answer.content.decode()) == (409, True)
    assert "Update client" not in _page(browser, "/acme/devices/gate-7")
    lock_out_device(owner, fleet.device)
    page = _page(browser)
    assert 'value="stock-token"' not in page
    answer = browser.post(f"{PAGE}/do", {"do": "stock-token"})
    assert (answer.status_code, "is locked out" in answer.content.decode()) == (409, True)


def test_a_device_of_another_organisation_is_not_found(fleet: StockFleet, stranger: User, browser_of: Browser) -> None:
    elsewhere = Organisation.objects.create(name="elsewhere")
    Membership.objects.create(organisation=elsewhere, user=stranger, role=Role.OWNER)
    create_stock_device(stranger, elsewhere, "linux", "far-1")
    browser = browser_of(stranger)
    for path in (PAGE, "/elsewhere/devices/gate-9"):
        assert browser.get(path).status_code == 404
        for do in ("token", "revoke", "retry"):
            assert browser.post(f"{path}/do", {"do": f"stock-{do}"}).status_code == 404
    assert StockAccount.objects.filter(revoked=None).count() == 2


def test_the_account_costs_three_queries(
    fleet: StockFleet, organisation: Organisation, owner: User, viewer: User, browser_of: Browser
) -> None:
    _fail(fleet)
    browser = browser_of(viewer)
    revoke_stock_token(owner, fleet.device)
    counts = []
    _page(browser)
    for claimed_with in ("stock", "code"):
        Device.objects.update(claimed_with=claimed_with)
        with CaptureQueriesContext(connection) as queries:
            _page(browser)
        counts.append(len(queries))
    assert counts[0] - counts[1] == 3
