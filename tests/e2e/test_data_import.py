"""Importing an archive in the browser: it is sent in pieces, described before anything comes in, and followed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from tests.support.browsers.accessibility import LOOKS, findings
from tests.support.browsers.pages import PHONE, OpenPage
from tests.support.browsers.studio import create, sign_in
from tests.support.forge.factories.recordings import loud
from tests.support.installations.archives import zipped
from tests.support.servers.live_forge import LiveForge

pytestmark = pytest.mark.e2e


def lose_answer(route: Route) -> None:
    """Lets a request through, and the answer arrives without its body."""
    route.fetch()
    route.fulfill(body="")


@pytest.mark.slow
def test_an_archive_is_sent_looked_at_and_imported(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    project = page.url.removesuffix("/studio").removeprefix(f"{forge.address}/")
    page.goto(f"{forge.address}/{project}/data")
    page.get_by_role("link", name="Import", exact=True).click()
    assert findings(page, LOOKS) == []
    sounds = {f"knock/{number}.wav": loud(number) for number in range(30)}
    archive = zipped({**sounds, "glass/a.wav": loud(40), "glass/b.wav": b"RIFF1234WAVE", "notes.txt": "x"})
    page.get_by_label("ZIP file").set_input_files(
        {"name": "mine.zip", "mimeType": "application/zip", "buffer": archive}
    )
    page.get_by_label("I agree").check()
    page.route("**/bytes?offset=0", lose_answer, times=1)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="32 recordings, folders by label")).to_be_visible(timeout=60_000)
    assert findings(page, LOOKS) == []
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_text("31 samples added.")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("The WAV file has no sound in it.")).to_be_visible()
    assert findings(page, LOOKS) == []


@pytest.mark.slow
def test_recordings_with_two_labels_are_settled_before_the_import(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    project = page.url.removesuffix("/studio").removeprefix(f"{forge.address}/")
    page.goto(f"{forge.address}/{project}/data/import")
    archive = zipped({"knock/a.wav": loud(1), "glass/b.wav": loud(1), "glass/c.wav": loud(2)})
    page.get_by_label("ZIP file").set_input_files(
        {"name": "mine.zip", "mimeType": "application/zip", "buffer": archive}
    )
    page.get_by_label("I agree").check()
    page.get_by_role("button", name="Send").click()
    group = page.get_by_role("group", name="1 recording has two labels")
    expect(group).to_be_visible(timeout=60_000)
    assert findings(page, LOOKS) == []
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    group.get_by_role("combobox", name="knock/a.wav").select_option(label="knock")
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_text("2 samples added.")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("you chose “knock”, not “glass”")).to_be_visible()
