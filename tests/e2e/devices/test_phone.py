"""The app on a phone: let in by a code, shown in its person's studio after the digits, run again without a network."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from tests.conftest import REPOSITORY
from tests.support.browsers.accessibility import findings
from tests.support.browsers.pages import DESKTOP, OpenPage, launch
from tests.support.browsers.phones import RUNE_IS_CACHED, SMALL
from tests.support.browsers.studio import (
    PATIENCE,
    choose,
    create,
    draw_digit,
    expect_label,
    expect_running,
    put_file,
    sign_in,
)
from tests.support.models.model_cases import refused_cases
from tests.support.servers.live_forge import LiveForge

pytestmark = pytest.mark.e2e

SIDEWAYS = {"width": 740, "height": 360}
LABELS = REPOSITORY / "examples/digits/labels.txt"


RUN_BY_LITERT = re.compile(r"LiteRT\.js [\d.]+ runs it in this page")

INTERPRETER_IS_CACHED = """async () => {
  const list = await (await caches.match("/static/build/interpreters.json"))?.json();
  if (!list) return false;
  const files = [list.litert.script, list.litert.binary].map((file) => caches.match(`/static/build/${file}`));
  return (await Promise.all(files)).every(Boolean);
}"""


@pytest.fixture
def phone(playwright: Playwright) -> Any:
    browser: Browser = launch(playwright)
    context = browser.new_context(viewport=SMALL, has_touch=True, is_mobile=True)  # type: ignore[arg-type]
    yield context
    browser.close()


@pytest.mark.protects("live/stranger-pairing", "runes/offline-frames", "recordings/phone-caches")
@pytest.mark.proof
def test_a_phone_is_let_in_paired_and_runs_without_a_network(
    forge: LiveForge, open_page: OpenPage, phone: BrowserContext
) -> None:
    studio = open_page(viewport=DESKTOP)
    sign_in(studio, forge.printed_link())
    create(studio, "Digits")
    link = show_the_code(studio)
    page = phone.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.extend([message.text] if message.type == "error" else []))
    open_on_the_phone(page, link)
    pair(studio, page)
    draw_digit(page, "7")
    expect_label(page, "answer", "7")
    section = studio.get_by_role("region", name="From your phone")
    expect(section.get_by_role("region", name="Output answer").get_by_role("paragraph").first).to_have_text("7")
    change_the_text_and_use_it(studio, page)
    findings_of(page)
    unpair(studio, page)
    forget(page)
    open_on_the_phone(page, show_the_code(studio))
    studio.close()
    # Refused before it was let in again, and nothing else: no policy was broken.
    assert [fault for fault in faults if "401" not in fault] == []
    run_without_a_network(forge, phone, page)


@pytest.mark.proof
def test_a_model_that_the_phone_runs_itself_goes_on_without_a_network(
    forge: LiveForge, open_page: OpenPage, phone: BrowserContext
) -> None:
    studio = open_page(viewport=DESKTOP)
    sign_in(studio, forge.printed_link())
    model = next(case.data for case in refused_cases() if case.name == "relu_0_to_1_logistic_f32")
    choose(studio, "logistic.tflite", model, "Choose a file")
    studio.wait_for_url("**/studio")
    expect_running(studio)
    link = show_the_code(studio)
    studio.close()
    page = phone.new_page()
    page.goto(link)
    expect(page.locator("main")).to_contain_text(RUN_BY_LITERT, timeout=PATIENCE)
    page.wait_for_function(INTERPRETER_IS_CACHED, timeout=PATIENCE)
    page.wait_for_function(RUNE_IS_CACHED, timeout=PATIENCE)
    phone.set_offline(True)
    forge.stop()
    page.reload()
    expect(page.get_by_text("No connection.")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("main")).to_contain_text(RUN_BY_LITERT, timeout=PATIENCE)
    expect(page.get_by_role("region", name=re.compile("^Output"))).to_be_visible(timeout=PATIENCE)


def show_the_code(studio: Page) -> str:
    """The link in the code that the studio shows."""
    studio.get_by_role("region", name="Preview").get_by_role("button", name="On your phone").click()
    dialog = studio.get_by_role("dialog", name="On your phone")
    expect(dialog.get_by_role("img", name="QR code with the link below")).to_be_visible(timeout=PATIENCE)
    # Nobody else can open an address of this machine, and the page says so.
    expect(dialog).to_contain_text("make run-lan")
    link = dialog.get_by_label("Or open this on the phone").input_value()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/player/[\w-]+/[\w-]+#token=[\w-]{43}", link)
    return link


def open_on_the_phone(page: Page, link: str) -> None:
    page.goto(link)
    expect(page.get_by_role("application")).to_be_visible(timeout=PATIENCE)
    assert "#" not in page.url
    expect(page.get_by_role("heading", level=1)).to_contain_text("digits")


def pair(studio: Page, page: Page) -> None:
    page.get_by_role("button", name="Show results in my studio").click()
    card = page.get_by_role("region", name="Show the results in the studio")
    digits = card.locator(".phone-digits")
    expect(digits).to_have_text(re.compile(r"^\d{4}$"), timeout=PATIENCE)
    asks = studio.get_by_role("dialog").get_by_role("alert")
    expect(asks).to_contain_text(digits.inner_text(), timeout=PATIENCE)
    asks.get_by_role("button", name="They match").click()
    expect(card).to_contain_text("Results are shown in", timeout=PATIENCE)
    expect(studio.get_by_role("dialog")).to_be_hidden()


def change_the_text_and_use_it(studio: Page, page: Page) -> None:
    """A newer build is offered, and takes the place of the one that runs without a new start."""
    page.evaluate("window.stays = true")
    put_file(studio, "labels.txt", LABELS.read_bytes().replace(b"7", b"seven"))
    page.get_by_role("button", name="Use it").click(timeout=PATIENCE)
    expect_label(page, "answer", "seven")
    assert page.evaluate("window.stays")
    output = studio.get_by_role("region", name="From your phone").get_by_role("region", name="Output answer")
    expect(output.get_by_role("paragraph").first).to_have_text("seven", timeout=PATIENCE)


def findings_of(page: Page) -> None:
    """Nothing is found, and nothing is wider than the phone held upright or sideways."""
    assert findings(page) == []
    page.set_viewport_size(SIDEWAYS)  # type: ignore[arg-type]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size(SMALL)  # type: ignore[arg-type]


def unpair(studio: Page, page: Page) -> None:
    studio.get_by_role("region", name="From your phone").get_by_role("button", name="Unpair").click()
    expect(page.get_by_role("region", name="Show the results in the studio")).to_contain_text(
        "The studio ended the connection.", timeout=PATIENCE
    )
    expect(studio.get_by_role("region", name="From your phone")).to_be_hidden()


def forget(page: Page) -> None:
    page.get_by_role("button", name="Forget this project on this phone").click()
    expect(page.get_by_role("heading", name="Give this phone access")).to_be_visible(timeout=PATIENCE)
    assert page.evaluate("caches.open('player-kept').then((cache) => cache.keys()).then((keys) => keys.length)") == 0
    assert findings(page) == []
    page.set_viewport_size(SMALL)  # type: ignore[arg-type]


def run_without_a_network(forge: LiveForge, phone: BrowserContext, page: Page) -> None:
    page.wait_for_function("() => navigator.serviceWorker.controller !== null", timeout=PATIENCE)
    page.wait_for_function("() => caches.match(location.pathname + '/state').then(Boolean)", timeout=PATIENCE)
    page.wait_for_function(RUNE_IS_CACHED, timeout=PATIENCE)
    phone.set_offline(True)
    forge.stop()
    page.reload()
    expect(page.get_by_text("No connection.")).to_be_visible(timeout=PATIENCE)
    draw_digit(page, "1")
    expect_label(page, "answer", "1")
    # The frame that the service worker gave is as closed off as the one of the server.
    assert page.evaluate("document.querySelector('iframe').contentDocument === null")
    assert page.evaluate("document.querySelector('iframe').getAttribute('src')") == "/player/frame"
    policy = page.evaluate("fetch('/player/frame').then(({ headers }) => headers.get('Content-Security-Policy'))")
    assert policy.startswith("sandbox allow-scripts; default-src 'none'; script-src 'sha256-")
    assert "connect-src 'none'" in policy
