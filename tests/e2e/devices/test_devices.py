"""Microphones and cameras as they really are: several, none, refused, unplugged, and not for a page without HTTPS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Playwright, expect

from rune.capabilities.image import IMAGE
from rune.capabilities.sound import SOUND
from tests.support.browsers.pages import DESKTOP
from tests.support.browsers.studio import PATIENCE, choose
from tests.support.runes.wat_runes import mirror
from tests.support.servers.live_forge import LiveForge
from tools.browser import chromium

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

ELSEWHERE = "forge.example"
"""A name that leads here and is not this computer to a browser."""
CAMERA = mirror(IMAGE, 48 * 48 * 3, "u8[1, 48, 48, 3]")
MICROPHONE = mirror(SOUND, 32_000, "i16[1, 16000]")
HOLD = """
const given = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
if (given) navigator.mediaDevices.getUserMedia = async (wish) => (window.heldStream = await given(wish));
"""
"""Lets a test pull out what the page was given: Chromium has no cable of its own."""
UNPLUG = """() => {
    const [track] = window.heldStream.getTracks();
    track.stop();
    track.dispatchEvent(new Event("ended"));
}"""


@pytest.fixture
def forge(tmp_path: Path) -> Iterator[LiveForge]:
    with LiveForge(tmp_path / "data", {"ALLOWED_HOSTS": ELSEWHERE}) as running:
        yield running


def launch(playwright: Playwright, *arguments: str) -> Browser:
    return playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", *arguments])


def trial(browser: Browser, address: str, rune: bytes) -> tuple[Page, Locator]:
    """The page where anybody tries a rune, with this one."""
    page = browser.new_context(viewport=DESKTOP).new_page()
    page.add_init_script(HOLD)
    page.goto(f"{address}/try")
    choose(page, "any.rune", rune)
    return page, page.get_by_role("region", name="The rune", exact=True)


def test_the_camera_and_the_microphone_of_ones_choice_are_used_and_can_be_unplugged(
    forge: LiveForge, playwright: Playwright
) -> None:
    browser = launch(playwright, "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream=device-count=2")
    page, rune = trial(browser, forge.address, CAMERA)
    rune.get_by_role("button", name="Camera", exact=True).click()
    rune.get_by_role("button", name="Start the camera").click()
    which = rune.get_by_role("combobox", name="Camera", exact=True)
    expect(which.locator("option")).to_have_count(2, timeout=PATIENCE)
    device_script = "() => window.heldStream.getVideoTracks()[0].getSettings().deviceId"
    first = page.evaluate(device_script)
    expect(which).to_have_value(first)
    second = next(
        value for value in which.locator("option").evaluate_all("all => all.map(one => one.value)") if value != first
    )
    which.select_option(second)
    page.wait_for_function(f"() => ({device_script})() === {second!r}", timeout=PATIENCE)
    expect(rune.get_by_role("button", name="Stop the camera")).to_be_visible(timeout=PATIENCE)
    expect(rune.get_by_role("combobox", name="Camera", exact=True)).to_have_value(second)

    page.evaluate(UNPLUG)
    expect(rune.get_by_role("alert")).to_contain_text("The camera stopped: it was unplugged", timeout=PATIENCE)
    rune.get_by_role("button", name="Start the camera").click()
    expect(rune.get_by_role("button", name="Stop the camera")).to_be_visible(timeout=PATIENCE)
    expect(rune.get_by_role("alert")).to_have_count(0)

    page, rune = trial(browser, forge.address, MICROPHONE)
    rune.get_by_role("button", name="Start listening").click()
    which = rune.get_by_role("combobox", name="Microphone", exact=True)
    expect(which).to_be_visible(timeout=PATIENCE)
    names = which.locator("option").all_inner_texts()
    assert len(names) > 1, names
    which.select_option(names[-1])
    expect(rune.get_by_role("combobox", name="Microphone", exact=True).locator("option:checked")).to_have_text(
        names[-1], timeout=PATIENCE
    )
    expect(rune.get_by_role("button", name="Stop listening")).to_be_visible(timeout=PATIENCE)
    page.evaluate(UNPLUG)
    expect(rune.get_by_role("alert")).to_contain_text("The microphone stopped: it was unplugged", timeout=PATIENCE)
    browser.close()


def test_a_device_that_cannot_be_had_is_said_with_the_way_on(forge: LiveForge, playwright: Playwright) -> None:
    ways = {
        "was refused. Allow it for this page in the browser's address bar": (
            forge.address,
            ["--deny-permission-prompts", "--use-fake-device-for-media-stream"],
        ),
        "was found. Connect one and start again, or use a file": (forge.address, ["--use-fake-ui-for-media-stream"]),
        "only on HTTPS pages. Open this page by its https:// address": (
            f"http://{ELSEWHERE}:{forge.port}",
            ["--use-fake-ui-for-media-stream", f"--host-resolver-rules=MAP {ELSEWHERE} 127.0.0.1"],
        ),
    }
    for problem, (address, arguments) in ways.items():
        browser = launch(playwright, *arguments)
        for rune_bytes, start, name in (
            (CAMERA, "Start the camera", "camera"),
            (MICROPHONE, "Start listening", "microphone"),
        ):
            _, rune = trial(browser, address, rune_bytes)
            if name == "camera":
                rune.get_by_role("button", name="Camera", exact=True).click()
            rune.get_by_role("button", name=start).click()
            expect(rune.get_by_role("alert")).to_contain_text(problem, timeout=PATIENCE)
            expect(rune.get_by_role("alert")).to_contain_text(name)
            expect(rune.get_by_role("button", name=start)).to_be_enabled()
            # The way on is there: a file.
            rune.get_by_role("button", name="File", exact=True).click()
            expect(
                rune.get_by_role("button", name="Choose a picture" if name == "camera" else "Choose a sound")
            ).to_be_visible()
        browser.close()
