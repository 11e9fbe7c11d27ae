"""A take from the fed microphone: recorded, replayed into another rune, given to the project, and taken back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browsers.accessibility import findings
from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import (
    PATIENCE,
    create,
    expect_label,
    expect_running,
    open_file,
    replace_in_editor,
    sign_in,
)
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]


def record_two_seconds(page: Page) -> Locator:
    """A take of what the microphone hears; answers the preview."""
    preview = page.get_by_role("region", name="Preview")
    preview.get_by_role("button", name="Start listening").click()
    expect_label(page, "heard", "up")
    preview.get_by_role("button", name="Record", exact=True).click()
    # More than one window of the rune, by the recorder's own count.
    expect(preview.get_by_text(re.compile(r"^[2-9]\.\d s$"))).to_be_visible(timeout=PATIENCE)
    preview.get_by_role("button", name="Stop recording").click()
    preview.get_by_role("button", name="Recording", exact=True).click()
    return preview


def test_two_builds_are_compared_on_the_part_of_a_take_that_is_used(
    forge: LiveForge, open_page: OpenPage, test_data: Path
) -> None:
    page = open_page(microphone=test_data / "samples" / "up.wav")
    sign_in(page, forge.printed_link())
    create(page, "Spoken words")
    preview = record_two_seconds(page)
    page.get_by_role("button", name="Build", exact=True).click()
    panel = page.get_by_role("region", name="Problems and builds")
    expect(panel.get_by_text("Succeeded", exact=True)).to_be_visible(timeout=PATIENCE)

    preview.get_by_role("button", name="Compare builds").click()
    comparison = preview.get_by_role("region", name="Comparison")
    status = comparison.get_by_role("status")
    expect(status).to_contain_text("Identical result on all", timeout=PATIENCE)
    of_all = status.inner_text()
    now = comparison.get_by_role("list", name="What Runs now says").get_by_role("listitem")
    expect(now.filter(has_text="up").first).to_be_visible()

    # The part that is cut off is not asked; a recording whose label changed since differs.
    preview.get_by_text("Label and length").click()
    preview.get_by_role("slider", name="To").fill("1300")
    # The slider has a step for each piece of the recording, so it stops at the one nearby.
    expect(preview.locator("output").filter(has_text=re.compile(r"^1\.[23]\d s$"))).to_be_visible()
    expect(status).not_to_have_text(of_all)
    expect(status).to_contain_text("Identical result on", timeout=PATIENCE)
    windows = re.compile(r"\d+")
    assert int(windows.findall(status.inner_text())[0]) < int(windows.findall(of_all)[0])
    open_file(page, "labels.txt")
    replace_in_editor(page, "labels.txt", "up", "upwards")
    expect(now.filter(has_text="upwards differs").first).to_be_visible(timeout=PATIENCE)
    before = comparison.get_by_role("list", name="What Build 1 says").get_by_role("listitem")
    expect(before.filter(has_text=re.compile(r"^up differs")).first).to_be_visible()
    # How many windows a recording has, and whether each says "up", is decided by when it was stopped.
    expect(status).to_have_text(re.compile(r"^The same label on \d+ of \d+"))


def test_a_take_is_recorded_replayed_sent_and_taken_back(
    forge: LiveForge, open_page: OpenPage, test_data: Path
) -> None:
    page = open_page(microphone=test_data / "samples" / "up.wav")
    sign_in(page, forge.printed_link())
    create(page, "Spoken words")
    preview = page.get_by_role("region", name="Preview")
    preview.get_by_role("button", name="Recording", exact=True).click()
    expect(preview.get_by_text("No recordings yet. Start listening under Live, then press Record.")).to_be_visible()
    preview.get_by_role("button", name="Live", exact=True).click()
    record_two_seconds(page)
    preview.get_by_role("button", name="Loop").click()
    expect_label(page, "heard", "up")
    # The take goes on into the rune that the next edit makes.
    open_file(page, "labels.txt")
    replace_in_editor(page, "labels.txt", "up", "upwards")
    expect_running(page)
    expect_label(page, "heard", "upwards")

    # The tensor behind a stage is seen beside the outputs, and the preview says which it is.
    open_file(page, "Runefile.yml")
    page.get_by_title(re.compile("Watch this tensor in the preview")).first.click()
    region = preview.get_by_role("region", name="Watched audio")
    expect(region.get_by_text("i16[16000], from")).to_be_visible(timeout=PATIENCE)
    expect_label(page, "heard", "upwards")
    assert [each for each in findings(page) if "preview-" in each or "sample" in each] == []
    region.get_by_role("button", name="Stop watching audio").click()
    expect(region).not_to_be_visible()

    preview.get_by_role("button", name="Send to the project").click()
    dialog = page.get_by_role("dialog")
    # The app's answer is proposed, and the dialogue says that it is that.
    expect(dialog.get_by_role("combobox", name="Label")).to_have_value("upwards")
    expect(dialog.get_by_text("This is what the app said.")).to_be_visible()
    dialog.get_by_role("combobox", name="Label").fill("said up")
    expect(dialog.get_by_text("can see and hear these recordings")).to_be_visible(timeout=PATIENCE)
    dialog.get_by_role("button", name="I agree, send it").click()
    expect(page.get_by_text("The recording is sample 1 of the project's data, for tests.")).to_be_visible(
        timeout=PATIENCE
    )

    # The same terms are not asked for twice in a session; they are still there to read.
    preview.get_by_role("button", name="Send to the project").click()
    expect(dialog.get_by_text("Under the terms that you agreed to in this session")).to_be_visible(timeout=PATIENCE)
    expect(dialog.get_by_role("button", name="Send it", exact=True)).to_be_enabled()
    dialog.get_by_role("button", name="Do not send").click()

    # A sample is no file of the project, and an input all the same.
    expect(page.get_by_role("region", name="Files").get_by_text("samples")).to_have_count(0)
    preview.get_by_text("Samples of the project").click()
    preview.get_by_role("button", name="Replay said up").click()
    expect_label(page, "heard", "upwards")
    row = preview.get_by_role("listitem").filter(has_text="sound, by you")
    expect(row).to_contain_text("sound, by you, until", timeout=PATIENCE)
    row.get_by_role("button", name="Withdraw said up").click()
    row.get_by_role("button", name="Delete everywhere said up").click()
    expect(preview.get_by_text("None yet.")).to_be_visible(timeout=PATIENCE)

    # The person who answers for the project's data may keep a recording without an end; these are other terms.
    preview.get_by_role("button", name="Send to the project").click()
    dialog.get_by_text("Under the terms that you agreed to in this session").click()
    dialog.get_by_label("Kept for").select_option("until somebody deletes it")
    expect(dialog.get_by_text("They have no other end.")).to_be_visible(timeout=PATIENCE)
    dialog.get_by_role("combobox", name="Label").fill("upwards")
    dialog.get_by_role("button", name="I agree, send it").click()
    expect(row).to_contain_text("until somebody deletes it", timeout=PATIENCE)
