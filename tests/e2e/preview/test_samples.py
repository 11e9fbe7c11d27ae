"""Samples in the studio: an archive is looked at and imported, labels change and change back, a build runs on them."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.support.browsers.accessibility import findings
from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import PATIENCE, create, expect_running, sign_in
from tests.support.forge.factories.samples import zipped
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

SEVEN = (Path(__file__).resolve().parents[3] / "examples" / "digits" / "7.png").read_bytes()


def another_picture() -> bytes:
    """A picture with other bytes than the seven."""
    buffer = io.BytesIO()
    Image.new("L", (28, 28), 255).save(buffer, "PNG")
    return buffer.getvalue()


DROP = """(element, files) => {
  const transfer = new DataTransfer();
  for (const [name, bytes] of files) transfer.items.add(new File([Uint8Array.from(bytes)], name));
  for (const type of ["dragenter", "dragover", "drop"])
    element.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
}"""
"""Drags files from a folder's window as a person does; Playwright has no hand for it."""


def test_a_folder_and_a_table_with_its_files_are_imported(
    forge: LiveForge, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    expect_running(page)
    preview = page.get_by_role("region", name="Preview")
    preview.get_by_text("Samples of the project").click()
    folder = tmp_path / "digits"
    for path, data in (
        ("7/a.png", SEVEN),
        ("train/1/b.png", another_picture()),
        ("1/broken.png", b"no picture"),
        ("notes.md", b"#"),
    ):
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    preview.get_by_role("button", name="Import…").click()
    dialog = page.get_by_role("dialog", name="Import samples")
    with page.expect_file_chooser() as choosing:
        dialog.get_by_role("button", name="Choose a folder…").click()
    choosing.value.set_files(folder)
    expect(dialog.get_by_text("2 samples will be imported")).to_be_visible(timeout=PATIENCE)
    expect(dialog.get_by_role("row", name="1 train 1")).to_be_visible()
    expect(dialog.get_by_text("1 file cannot be imported")).to_be_visible()
    expect(dialog.get_by_text("Skipped:")).to_contain_text("notes.md")
    assert findings(page) == []
    dialog.get_by_role("button", name="I agree, import 2 samples").press("Enter")
    samples = preview.get_by_role("listitem").filter(has_text="picture, by you")
    expect(samples).to_have_count(2, timeout=PATIENCE)
    page.get_by_role("button", name="Undo").last.click()
    expect(samples).to_have_count(0, timeout=PATIENCE)

    table = b"name,label,split\nseven.png,7,holdout\ngone.png,1,test\n"
    preview.get_by_text("Drop a folder").evaluate(DROP, [["list.csv", list(table)], ["seven.png", list(SEVEN)]])
    expect(dialog.get_by_text("No such file came with the table.")).to_be_visible(timeout=PATIENCE)
    dialog.get_by_role("button", name="I agree, import 1 sample").click()
    expect(samples).to_have_count(1, timeout=PATIENCE)
    expect(samples).to_contain_text("validation")
    expect(page.get_by_role("tree", name="Files").get_by_text("list.csv")).to_have_count(0)


def test_an_archive_is_imported_marked_and_a_build_is_run_on_it(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    expect_running(page)
    preview = page.get_by_role("region", name="Preview")
    preview.get_by_text("Samples of the project").click()
    preview.get_by_role("button", name="Import…").click()
    dialog = page.get_by_role("dialog", name="Import samples")
    archive = zipped({"7/a.png": SEVEN, "eleven/again.png": SEVEN, "7/notes.wav": b"no sound"})
    with page.expect_file_chooser() as choosing:
        dialog.get_by_role("button", name="Choose files…").click()
    choosing.value.set_files({"name": "digits.zip", "mimeType": "application/zip", "buffer": archive})
    expect(dialog.get_by_role("row", name="7 test 1")).to_be_visible(timeout=PATIENCE)
    expect(dialog.get_by_text("2 files cannot be imported")).to_be_visible()
    expect(dialog.get_by_text("can see and hear these recordings")).to_be_visible(timeout=PATIENCE)
    assert findings(page) == []
    dialog.get_by_role("button", name="I agree, import 1 sample").click()
    row = preview.get_by_role("listitem").filter(has_text="picture, by you")
    expect(row).to_contain_text("test", timeout=PATIENCE)

    row.get_by_role("checkbox").check()
    preview.get_by_label("Label of 1 sample").fill("eight")
    preview.get_by_role("button", name="Change 1 sample").click()
    expect(row).to_contain_text("eight", timeout=PATIENCE)
    page.get_by_role("button", name="Undo").last.click()
    expect(row).not_to_contain_text("eight", timeout=PATIENCE)

    page.get_by_role("button", name="Build", exact=True).click()
    panel = page.get_by_role("region", name="Problems and builds")
    expect(panel.get_by_text(re.compile("1 of 1 test sample right"))).to_be_visible(timeout=PATIENCE)
    panel.get_by_role("link", name="Build page").click()
    page.get_by_role("link", name=re.compile("^Accuracy 100")).click()
    expect(page.get_by_text("1 of 1 sample right").first).to_be_visible(timeout=PATIENCE)
    assert findings(page) == []
