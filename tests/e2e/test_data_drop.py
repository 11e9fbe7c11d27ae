"""Recordings that are dropped on the Data page come in by the import of the button, with its terms and its preview."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsers.accessibility import LOOKS, findings
from tests.support.browsers.pages import PHONE, OpenPage
from tests.support.browsers.studio import create, sign_in
from tests.support.forge.factories.recordings import loud
from tests.support.servers.live_forge import LiveForge

pytestmark = pytest.mark.e2e

DROP = """(files) => {
  const transfer = new DataTransfer();
  for (const [name, text] of Object.entries(files))
    transfer.items.add(new File([Uint8Array.from(atob(text), (each) => each.charCodeAt(0))], name));
  for (const type of ["dragover", "drop"])
    document.body.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
}"""


def drop(page: Page, files: Mapping[str, bytes]) -> None:
    page.evaluate(DROP, {name: base64.b64encode(data).decode() for name, data in files.items()})


def open_data(page: Page, forge: LiveForge) -> None:
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    page.goto(page.url.removesuffix("/studio") + "/data")
    expect(page.get_by_text("Drop recordings, folders")).to_be_visible()


def test_what_is_no_recording_is_refused_by_name_and_another_is_taken(
    forge: LiveForge, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page()
    open_data(page, forge)
    drop(page, {"plan.docx": b"x", "a.wav": loud(1)})
    dialog = page.get_by_role("dialog", name="Import recordings")
    expect(dialog.get_by_role("status").first).to_contain_text("plan.docx is not a recording. An import takes .wav")
    expect(dialog.get_by_role("button", name="Send")).to_have_count(0)
    assert findings(page, LOOKS) == []
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    # A folder is named after the label of what is in it.
    folder = tmp_path / "knock"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.wav").write_bytes(loud(number))
    dialog.get_by_label("Try another folder").set_input_files(folder)
    expect(dialog.get_by_role("status").first).to_contain_text("knock, 3 files")
    assert findings(page, LOOKS) == []
    dialog.get_by_label("I agree").check()
    dialog.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="3 recordings, folders by label")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("knock")).to_be_visible()
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_text("3 samples added.")).to_be_visible(timeout=60_000)


def test_single_sounds_are_previewed_without_label(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    open_data(page, forge)
    drop(page, {"one.wav": loud(1), "two.wav": loud(2)})
    dialog = page.get_by_role("dialog", name="Import recordings")
    expect(dialog.get_by_role("status").first).to_contain_text("one.wav and 1 more, 2 files")
    dialog.get_by_label("I agree").check()
    dialog.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="2 recordings, folders by label")).to_be_visible(timeout=60_000)
