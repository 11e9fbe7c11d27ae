"""A build's firmware on a virtual Pico in the page, and on a board at a serial port: its other end is the same chip."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browsers.accessibility import AXE, FINDINGS
from tests.support.browsers.graph import show_graph
from tests.support.browsers.pages import DESKTOP, PHONE, OpenPage
from tests.support.browsers.studio import PATIENCE, create, draw_digit, expect_label, replace_in_editor, sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

COMPILING = 4 * PATIENCE
PEER = (Path(__file__).parent / "serial_peer.js").read_text("utf-8")
"""Stands in for the browser's serial ports: the streams of a port whose other end is the emulated chip."""
SCREENSHOTS = os.environ.get("FORGE_SCREENSHOTS_OF_BOARDS")


@pytest.mark.protects("browser/virtual-board", "browser/serial-port")
def test_the_firmware_of_a_build_gives_the_pages_bytes(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    page.get_by_role("button", name="Build", exact=True).click()
    panel = page.get_by_role("region", name="Problems and builds")
    expect(panel.get_by_text("Succeeded")).to_be_visible(timeout=PATIENCE)
    address = f"{page.url.removesuffix('/studio')}/builds/1/try"
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(address)
    board = page.get_by_role("region", name="Board", exact=True)
    expect(board.get_by_role("button", name="Run on a virtual Pico")).to_be_visible(timeout=PATIENCE)
    assert not any("pico.js" in url or "firmware" in url for url in requests)

    draw_digit(page, "7")
    expect_label(page, "answer", "7")
    board.get_by_role("button", name="Run on a virtual Pico").click()
    pico = board.get_by_role("region", name="On the Pico")
    expect(pico).to_contain_text("on the chip", timeout=COMPILING)
    expect_both(board, "7")
    draw_digit(page, "3")
    expect_label(page, "answer", "3")
    expect_both(board, "3")
    expect_equal(board)
    expect(board).to_contain_text("at 125 MHz")
    assert re.search(r"[\d,]{7,}", board.inner_text())
    expect_accessible(page)
    shoot(page, board, "virtual")

    board.get_by_role("button", name="Stop").click()
    expect(pico).to_have_count(0)
    real_board(page, address)


def test_the_board_beside_the_preview_runs_the_text_and_follows_it(forge: LiveForge, open_page: OpenPage) -> None:
    """Nobody built anything: the firmware is that of the text, and of the next text after it."""
    page = open_page()
    sign_in(page, forge.printed_link())
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    create(page, "Digits")
    board = page.get_by_role("region", name="Board", exact=True)
    expect(board.get_by_role("button", name="Run on a virtual Pico")).to_be_visible(timeout=PATIENCE)
    assert not any("pico.js" in url or "firmware" in url for url in requests)
    draw_digit(page, "7")
    expect_label(page, "answer", "7")
    board.get_by_role("button", name="Run on a virtual Pico").click()
    expect(board.get_by_role("region", name="On the Pico")).to_contain_text("on the chip", timeout=COMPILING)
    expect_both(board, "7")
    expect_equal(board)
    expect_accessible(page)
    shoot(page, board, "studio")

    page.set_viewport_size(PHONE)
    parts(page).get_by_role("button", name="Text").click()
    expect(board).to_be_hidden()
    page.set_viewport_size(DESKTOP)
    # The editor has only those lines in the page that are in view.
    page.get_by_role("textbox", name="Runefile.yml").press("Control+End")
    replace_in_editor(page, "Runefile.yml", "answer:", "verdict:")
    expect(board).to_contain_text("The text changed", timeout=PATIENCE)
    expect(board.get_by_role("region", name="On the Pico")).to_contain_text("verdict", timeout=COMPILING)
    draw_digit(page, "3")
    expect_both(board, "3")
    expect_equal(board)
    expect(board.get_by_role("alert")).to_have_count(0)


def test_the_board_runs_the_text_while_its_wires_are_watched_and_its_stages_timed(
    forge: LiveForge, open_page: OpenPage
) -> None:
    """The page runs another rune of the same text then, of which there is no firmware."""
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    draw_digit(page, "7")
    expect_label(page, "answer", "7")
    show_graph(page)
    rows = page.get_by_role("region", name="Pipeline").get_by_role("list")
    watch = rows.get_by_role("button", name="Watch pixels")
    watch.focus()
    watch.press("Enter")
    expect(watch).to_have_attribute("aria-pressed", "true")
    card = page.locator(".preview-card.watched")
    expect(card).to_have_count(1, timeout=PATIENCE)
    timing = page.locator("summary").filter(has_text="Timing")
    timing.click()
    draw_digit(page, "3")
    expect(card.locator("canvas, table, .preview-big, svg").first).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("rowheader", name="Inference time")).to_be_visible(timeout=PATIENCE)

    board = page.get_by_role("region", name="Board", exact=True)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url) if "/firmware" in request.url else None)
    board.get_by_role("button", name="Run on a virtual Pico").click()
    expect(board.get_by_role("region", name="On the Pico")).to_contain_text("on the chip", timeout=COMPILING)
    expect_both(board, "3")
    draw_digit(page, "7")
    expect_both(board, "7")
    expect_equal(board)
    expect(board.get_by_role("alert")).to_have_count(0)
    expect(watch).to_have_attribute("aria-pressed", "true")
    origin, _, project = page.url.removesuffix("/studio").partition("://")
    host, _, name = project.partition("/")
    state = page.request.get(f"{origin}://{host}/api/v1/projects/{name}/preview").json()
    assert {url.split("/builds/")[1].split("/")[0] for url in requests} == {state["build"]["id"]}
    shoot(page, board, "watched")


def real_board(page: Page, address: str) -> None:
    """The same over a serial port: a disturbed byte is asked again, a foreign program named, a pulled plug told."""
    page.add_init_script(PEER)
    page.goto(address)
    draw_digit(page, "7")
    expect_label(page, "answer", "7")
    board = page.get_by_role("region", name="Board", exact=True)
    firmware = address_of_firmware(page)
    page.evaluate("(address) => peer.load(address)", firmware)
    page.evaluate("peer.damageNext()")
    board.get_by_role("button", name="Use a real board").click()
    expect(board.get_by_role("region", name="On the board")).to_contain_text("on the chip", timeout=COMPILING)
    expect_both(board, "7")
    page.evaluate("peer.damageNext()")
    draw_digit(page, "1")
    expect_both(board, "1")
    expect_equal(board)
    page.evaluate("peer.unplug()")
    expect(board.get_by_role("alert")).to_contain_text("The connection ended")
    expect_label(page, "answer", "1")
    page.evaluate("peer.speakForeign()")
    board.get_by_role("button", name="Stop").click()
    board.get_by_role("button", name="Use a real board").click()
    expect(board.get_by_role("alert")).to_contain_text("answers in another protocol", timeout=COMPILING)
    draw_digit(page, "3")
    expect_label(page, "answer", "3")


def parts(page: Page) -> Locator:
    """The navigation by which a narrow studio chooses its part."""
    return page.get_by_role("navigation", name="Parts of the studio")


def expect_both(board: Locator, digit: str) -> None:
    for name in (re.compile("In this page"), re.compile("On the (Pico|board)")):
        output = board.get_by_role("region", name=name).locator(".preview-big").first
        expect(output).to_have_text(digit, timeout=COMPILING)


def expect_equal(board: Locator) -> None:
    """Every run so far gave the same bytes."""
    verdict = board.get_by_role("status").filter(has_text="Same bytes")
    expect(verdict).to_be_visible(timeout=PATIENCE)
    match = re.search(r"(\d+) of (\d+) runs?", verdict.inner_text())
    assert match is not None
    assert match[1] == match[2]


def expect_accessible(page: Page) -> None:
    """axe finds nothing in what the board shows, and all of it is within a phone's width."""
    page.evaluate(AXE.read_text("utf-8"))
    board = page.locator(".boards")
    board.locator("summary").click()
    for scheme, viewport in (("light", DESKTOP), ("dark", PHONE)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size(viewport)
        assert page.evaluate(FINDINGS, ".boards") == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.set_viewport_size(DESKTOP)


def address_of_firmware(page: Page) -> str:
    address = page.locator("[data-boards]").get_attribute("data-boards")
    assert address is not None
    return address


def shoot(page: Page, board: Locator, name: str) -> None:
    """Pictures for who looks at them: on a desktop and a phone, light and dark."""
    if SCREENSHOTS is None:
        return
    for scheme in ("light", "dark"):
        for size, viewport in (("desktop", DESKTOP), ("phone", PHONE)):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size(viewport)
            if parts(page).is_visible():
                parts(page).get_by_role("button", name="Preview").click()
            board.scroll_into_view_if_needed()
            board.screenshot(path=Path(SCREENSHOTS) / f"{name}-{size}-{scheme}.png")
    page.set_viewport_size(DESKTOP)
