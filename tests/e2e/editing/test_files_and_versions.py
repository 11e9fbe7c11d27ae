"""Files by mouse, keyboard and archive; versions that are saved, compared, restored and taken back; in a browser."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browsers.accessibility import findings
from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import PATIENCE, create, expect_saved, open_file, replace_in_editor, sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("tree", name="Files").get_by_role("treeitem", name=name)


def run_command(page: Page, title: str) -> None:
    page.keyboard.press("Control+Shift+p")
    page.get_by_role("combobox", name="A command, a file or a stage").fill(f">{title}")
    page.keyboard.press("Enter")


def archive(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zip_file:
        for name, text in files.items():
            zip_file.writestr(name, text)
    return buffer.getvalue()


def drop(page: Page, name: str, data: bytes) -> None:
    """Lets a file fall on the page, as from a file manager."""
    page.evaluate(
        """([name, bytes]) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([new Uint8Array(bytes)], name));
          window.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
        }""",
        [name, list(data)],
    )


def test_files_and_versions(forge: LiveForge, open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page()
    problems: list[str] = []

    def look(name: str) -> None:
        problems.extend(f"{name}, {finding}" for finding in findings(page))

    sign_in(page, forge.printed_link())
    create(page, "Digits")

    # A tree by keyboard: names by their letters, folders by the arrows, a menu by Shift+F10.
    row(page, "Runefile.yml").focus()
    page.keyboard.press("l")
    expect(row(page, "labels.txt")).to_be_focused()
    page.keyboard.press("Shift+F10")
    expect(page.get_by_role("menuitem", name="Open")).to_be_focused()
    look("a file's menu")
    page.get_by_role("menuitem", name="Duplicate").click()
    expect(page.get_by_role("tab", name="labels copy.txt")).to_be_visible(timeout=PATIENCE)

    # Renamed into a folder, which is then moved as a whole, deleted, and brought back.
    row(page, "labels copy.txt").focus()
    page.keyboard.press("F2")
    page.get_by_label("Name, with its folders").fill("words/fi/labels.txt")
    page.keyboard.press("Enter")
    row(page, "words").click(button="right")
    page.get_by_role("menuitem", name="Move to…").click()
    page.get_by_label("Into which folder").fill("words")
    expect(page.get_by_text("A folder cannot go into itself.")).to_be_visible()
    page.get_by_label("Into which folder").fill("data")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(row(page, "data")).to_be_visible()
    row(page, "data").focus()
    page.keyboard.press("ArrowLeft")
    expect(row(page, "data")).to_have_attribute("aria-expanded", "false")
    expect(row(page, "fi 1 file")).to_have_count(0)
    page.keyboard.press("Delete")
    expect(row(page, "data")).to_have_count(0)
    run_command(page, "Deleted files")
    look("deleted files")
    page.get_by_role("button", name="Restore file data/words/fi/labels.txt").click()
    page.keyboard.press("Escape")
    expect(row(page, "data")).to_be_visible()
    # By dragging, a file goes to another folder.
    row(page, "README.md").drag_to(row(page, "data"))
    expect(page.get_by_text("README.md is data/README.md now.")).to_be_visible()
    expect_saved(page)

    # A file that the Runefile names is renamed there too, as one step that is undone as one.
    row(page, "digits.tflite").focus()
    page.keyboard.press("F2")
    page.get_by_label("Name, with its folders").fill("models/net.tflite")
    page.keyboard.press("Enter")
    changes = page.get_by_role("dialog", name="Change Runefile.yml too?").get_by_role("listitem")
    expect(changes).to_contain_text("net.tflite", timeout=PATIENCE)
    look("a file that is used")
    page.get_by_role("button", name="Rename and change Runefile.yml").click()
    open_file(page, "Runefile.yml")
    text = page.get_by_role("textbox", name="Runefile.yml")
    expect(text).to_contain_text("./models/net.tflite", timeout=PATIENCE)
    expect(row(page, "net.tflite")).to_be_visible()
    text.press("Control+z")
    expect(text).to_contain_text("./digits.tflite")
    expect(row(page, "net.tflite")).to_have_count(0)
    row(page, "digits.tflite").focus()
    page.keyboard.press("Delete")
    needs = page.get_by_role("dialog", name="Delete digits.tflite?")
    expect(needs.get_by_role("listitem")).to_contain_text("digits.tflite", timeout=PATIENCE)
    needs.get_by_role("button", name="Keep it").click()
    expect(row(page, "digits.tflite")).to_be_visible()

    # A version with a message. The server may have saved one by itself before.
    run_command(page, "Save a version")
    page.get_by_label("Description of the version").fill("Labels in a folder")
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile(r"^Version \d+ is saved\.$"))).to_be_visible(timeout=PATIENCE)

    # An archive comes in as one step.
    drop(page, "notes.zip", archive({"notes/one.md": "# One\n", "notes/two.md": "# Two\n"}))
    look("an archive")
    page.get_by_role("button", name="Unpack").click()
    expect(page.get_by_text("notes.zip is unpacked: 2 new files.")).to_be_visible(timeout=PATIENCE)
    expect(row(page, "one.md")).to_be_visible()

    # The changes since are there in words, drawn, and line by line; then all of them are taken back, and back again.
    open_file(page, "Runefile.yml")
    replace_in_editor(page, "Runefile.yml", "inputs: [drawing]", "inputs: [drawing] # still")
    page.get_by_role("textbox", name="Runefile.yml").press("Control+z")
    replace_in_editor(page, "Runefile.yml", "capability: IMAGE", "capability: IMAGE # seen")
    expect_saved(page)
    run_command(page, "Versions")
    versions = page.get_by_role("region", name="Versions")
    expect(versions.get_by_text("Labels in a folder").first).to_be_visible(timeout=PATIENCE)
    comparison = page.get_by_role("region", name=re.compile("^From version"))
    expect(comparison.get_by_text("notes/one.md and notes/two.md were added.")).to_be_visible(timeout=PATIENCE)
    comparison.get_by_role("button", name=re.compile("changed Runefile.yml")).click()
    expect(comparison.get_by_role("textbox").last).to_contain_text("# seen", timeout=PATIENCE)
    look("versions")
    comparison.get_by_role("button", name=re.compile("Restore version")).click()
    expect(row(page, "notes")).to_have_count(0, timeout=PATIENCE)
    page.get_by_role("status").get_by_role("button", name="Undo").last.click()
    expect(row(page, "notes")).to_be_visible(timeout=PATIENCE)
    expect_saved(page)
    with page.expect_download() as downloading:
        comparison.get_by_role("link", name=re.compile("as .zip")).click()
    with zipfile.ZipFile(downloading.value.path()) as zip_file:
        assert "data/README.md" in zip_file.namelist()
    page.get_by_role("button", name="Close the versions").click()

    # Who wrote a line, and since when.
    open_file(page, "Runefile.yml")
    run_command(page, "Show authors")
    expect(page.locator(".author:visible").first).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text(re.compile(r"^Line \d+: "))).to_be_visible()
    look("who wrote this")
    assert not problems, "\n".join(problems)


def test_hundreds_of_files_are_in_order_and_closed_and_names_can_be_read(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    notes = {f"notes/note-{number}.md": f"# {number}\n" for number in range(1, 301)}
    drop(page, "notes.zip", archive(notes))
    page.get_by_role("button", name="Unpack").click()
    expect(page.get_by_text("notes.zip is unpacked: 300 new files.")).to_be_visible(timeout=PATIENCE)
    expect_saved(page)

    page.reload()
    notes_row = row(page, "notes 300 files")
    expect(notes_row).to_have_attribute("aria-expanded", "false", timeout=PATIENCE)
    assert page.get_by_role("tree", name="Files").get_by_role("treeitem").count() < 20
    notes_row.click()
    inside = page.get_by_role("tree", name="Files").locator("[aria-level='2']")
    names = [name for name in inside.evaluate_all("rows => rows.map(row => row.title)") if name.startswith("notes/")]
    assert names == list(notes)
    # An open folder stays open.
    page.reload()
    expect(row(page, "notes 300 files")).to_have_attribute("aria-expanded", "true", timeout=PATIENCE)

    # Whatever stands in their rows, names have room, also at the least width of the panel.
    page.evaluate("localStorage.setItem('hammer-forge studio left', '150')")
    page.reload()
    stage = page.get_by_role("region", name="Pipeline").get_by_role("listitem").first
    expect(stage).to_be_visible(timeout=PATIENCE)
    stage.hover()
    widths = page.locator(".side .cut").evaluate_all("names => names.map(name => name.getBoundingClientRect().width)")
    assert min(widths) >= 40
