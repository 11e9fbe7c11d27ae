"""Files that should not come in, or come in under odd names: each is refused with the reason, and the rest goes on."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.e2e.editing.test_files_and_versions import archive, drop, row, run_command
from tests.support.browsers.pages import OpenPage, launch, people
from tests.support.browsers.studio import PATIENCE, create, expect_saved, open_file, sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

ODD_NAMES = ("two words.txt", "naïve 漢字 😀.txt", "שלום.txt")
REFUSAL = "the server responded with a status of 4"
DROP_LARGE = """(megabytes) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([new Uint8Array(megabytes * 2 ** 20)], `${megabytes}.bin`));
  window.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def open_page(playwright: Playwright) -> Iterator[OpenPage]:
    """A browser notes each refusal of the server on its console."""
    with people(lambda microphone: launch(playwright, microphone), lambda text: REFUSAL in text) as opener:
        yield opener


def drop_from_disk(page: Page, *paths: Path) -> None:
    """Lets files and folders fall on the page as the system does it, so that the browser opens the folders itself."""
    devtools = page.context.new_cdp_session(page)
    drag_data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        devtools.send("Input.dispatchDragEvent", {"type": kind, "x": 720, "y": 400, "data": drag_data})


def expect_refused(page: Page, name: str, reason: str) -> None:
    alert = page.get_by_role("region", name="Files").get_by_role("alert").filter(has_text=f"{name} was refused")
    expect(alert).to_contain_text(reason, timeout=PATIENCE)
    alert.get_by_role("button", name="Dismiss").click()
    expect(alert).to_have_count(0)


def new_file(page: Page, name: str) -> None:
    run_command(page, "New file")
    page.get_by_label("Name, with its folders").fill(name)


def files_in_archive(page: Page) -> set[str]:
    with page.expect_download() as downloading:
        run_command(page, "Download all files")
    with zipfile.ZipFile(io.BytesIO(Path(downloading.value.path()).read_bytes())) as zip_file:
        return set(zip_file.namelist())


def make_folder(folder: Path) -> Path:
    """A folder as it lies on somebody's disk: with files that nobody means, and with a name that is not allowed."""
    for name in ("notes.md", "data/deep/one.csv", "data/odd 😀.txt", "data/what?.txt", ".git/config", ".DS_Store"):
        path = folder / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("1,2,3\n", "utf-8")
    (folder / "project" / "empty").mkdir()
    for number in range(120):  # a browser gives the names of a folder a hundred at a time
        (folder / "project" / f"many-{number}.txt").write_text("x", "utf-8")
    return folder / "project"


def test_what_cannot_be_taken_is_refused_with_the_reason(forge: LiveForge, open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Sine")

    # A file with the wrong contents is refused, and one that is too large is not even sent.
    drop(page, "broken.tflite", b"no model at all")
    expect_refused(page, "broken.tflite", "model")
    page.evaluate(DROP_LARGE, 70)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("this server accepts files up to", timeout=PATIENCE)
    page.keyboard.press("Escape")
    page.evaluate(DROP_LARGE, 30)
    expect(row(page, "30.bin")).to_be_visible(timeout=PATIENCE)

    # A whole folder: what is refused and what is left out is shown before anything is sent.
    drop_from_disk(page, make_folder(tmp_path))
    expect(dialog).to_contain_text("Upload 123 files?", timeout=PATIENCE)
    expect(dialog).to_contain_text('what?.txt: The name cannot contain "?"')
    expect(dialog).to_contain_text("Left out: 2 files")
    dialog.get_by_role("button", name="Upload", exact=True).click()
    expect(page.get_by_text("123 files are in the project.")).to_be_visible(timeout=PATIENCE)
    # Folders of so many files may be closed.
    for folder in ("project", "data", "deep"):
        item = page.get_by_role("tree", name="Files").get_by_role("treeitem", name=re.compile(f"^{folder}"))
        expect(item).to_be_visible()
        if item.get_attribute("aria-expanded") == "false":
            item.click()
    expect(row(page, "one.csv")).to_be_visible()

    # Archives that lead out, or would write over what is there.
    drop(page, "evil.zip", archive({"../../evil.txt": "x"}))
    page.get_by_role("button", name="Unpack").click()
    expect_refused(page, "evil.zip", "evil.txt")
    drop(page, "again.zip", archive({"Runefile.yml": "version: 1\n"}))
    page.get_by_role("button", name="Unpack").click()
    expect_refused(page, "again.zip", "Drop the archive again and choose to replace them")

    # Names that are taken, also where only large and small letters differ; and names that are only unusual.
    for name, reason in (
        ("Runefile.yml", "A file called Runefile.yml already exists."),
        ("RUNEFILE.yml", "Runefile.yml"),
        ("../out.txt", "A name cannot lead out"),
        ("a\u202egpj.txt", "invisible character"),
        ("Runefile.yml/x", "is a file, so it cannot hold another"),
    ):
        new_file(page, name)
        expect(page.get_by_role("dialog").get_by_role("status")).to_contain_text(reason)
        expect(page.get_by_role("dialog").get_by_role("button", name="Create")).to_be_disabled()
        page.keyboard.press("Escape")
    for name in ODD_NAMES:
        new_file(page, name)
        page.keyboard.press("Enter")
        page.get_by_role("textbox", name=name).click(timeout=PATIENCE)
        page.keyboard.type(f"in {name}")
    expect_saved(page)
    page.reload()
    for name in ODD_NAMES:
        open_file(page, name)
        expect(page.get_by_role("textbox", name=name)).to_have_text(f"in {name}", timeout=PATIENCE)
    assert {*ODD_NAMES, "30.bin", "project/data/odd 😀.txt"} <= files_in_archive(page)
