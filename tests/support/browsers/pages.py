"""Pages in a browser, each of a person of its own, for tests and for pictures of the documentation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, ViewportSize

from tools.browser import chromium

DESKTOP: ViewportSize = {"width": 1440, "height": 940}
PHONE: ViewportSize = {"width": 390, "height": 844}
OpenPage = Callable[..., Page]
Record = Callable[[str, object], None]
"""Records a proof's figures for the page of proofs."""


def launch(playwright: Playwright, microphone: Path | None = None, camera: Path | None = None) -> Browser:
    """Debian's Chromium, which hears a wav file and sees a y4m file where they are given."""
    arguments = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", "--no-sandbox"]
    if microphone:
        arguments.append(f"--use-file-for-fake-audio-capture={microphone}")
    if camera:
        arguments.append(f"--use-file-for-fake-video-capture={camera}")
    return playwright.chromium.launch(executable_path=chromium(), args=arguments)


@contextmanager
def people(
    start: Callable[[Path | None], Browser], is_harmless: Callable[[str], bool] = lambda _: False
) -> Iterator[OpenPage]:
    """Opens a page for a person of its own; at the end, no page may have logged an error or broken a policy.

    Those who hear the same share a browser, each with storage of their own.
    """
    browsers: dict[Path | None, Browser] = {}
    complaints: list[str] = []

    def note(text: str, address: str) -> None:
        if not is_harmless(text):
            complaints.append(f"{text} ({address})")

    def note_error(message: ConsoleMessage) -> None:
        address = message.location["url"]
        # Chromium logs each refusal. A server that has no time for the language says so, and the editor does without.
        # One that is asked for the figures of a value out of range names it, and the form shows that.
        is_busy = "status of 503" in message.text and address.endswith("/language")
        is_out_of_range = "status of 400" in message.text and address.endswith("/training/needs")
        if message.type == "error" and not (is_busy or is_out_of_range):
            note(message.text, address)

    def opened(microphone: Path | None = None, viewport: ViewportSize = DESKTOP, *, is_touch: bool = False) -> Page:
        if microphone not in browsers:
            browsers[microphone] = start(microphone)
        page = browsers[microphone].new_context(viewport=viewport, has_touch=is_touch).new_page()
        page.on("pageerror", lambda error: note(str(error), page.url))
        page.on("console", note_error)
        return page

    yield opened
    for browser in browsers.values():
        browser.close()
    assert not complaints, "\n".join(complaints)
