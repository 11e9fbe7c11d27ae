"""Samples in the studio: an archive is looked at and imported, splits change and change back, a build runs on them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import OpenPage
from tests.e2e.studio import PATIENCE, create, expect_running, sign_in
from tests.e2e.test_accessible_pages import findings
from tests.forge.made_samples import zipped
from tests.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

SEVEN = (Path(__file__).resolve().parents[2] / "examples" / "digits" / "seven.png").read_bytes()


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
    dialog.get_by_label("A .zip with a folder for each label").set_input_files(
        {"name": "digits.zip", "mimeType": "application/zip", "buffer": archive}
    )
    expect(dialog.get_by_role("row", name="7 test 1")).to_be_visible(timeout=PATIENCE)
    expect(dialog.get_by_text("2 files cannot come in")).to_be_visible()
    expect(dialog.get_by_text("can see and hear this recording")).to_be_visible(timeout=PATIENCE)
    assert findings(page) == []
    dialog.get_by_role("button", name="I agree, import 1 sample").click()
    row = preview.get_by_role("listitem").filter(has_text="picture, by you")
    expect(row).to_contain_text("test", timeout=PATIENCE)

    row.get_by_role("checkbox").check()
    preview.get_by_label("Split").select_option("train")
    preview.get_by_role("button", name="Change 1 sample").click()
    expect(row).to_contain_text("train", timeout=PATIENCE)
    page.get_by_role("button", name="Undo").last.click()
    expect(row).to_contain_text("test", timeout=PATIENCE)

    page.get_by_role("button", name="Build", exact=True).click()
    panel = page.get_by_role("region", name="Problems and builds")
    expect(panel.get_by_text(re.compile("1 of 1 test sample right"))).to_be_visible(timeout=PATIENCE)
    panel.get_by_role("link", name="Build page").click()
    expect(page.get_by_role("heading", name="Right answers")).to_be_visible(timeout=PATIENCE)
    assert findings(page) == []
