"""A word from a wav file, through the page's own microphone, into the rune of the keywords template."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

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


def test_a_human_word_is_heard_and_the_stream_survives_a_new_rune(
    forge: LiveForge, open_page: OpenPage, test_data: Path
) -> None:
    page = open_page(microphone=test_data / "samples" / "up.wav")
    sign_in(page, forge.printed_link())
    create(page, "Spoken words")
    preview = page.get_by_role("region", name="Preview")
    preview.get_by_role("button", name="Start listening").click()
    expect_label(page, "heard", "up")

    open_file(page, "labels.txt")
    replace_in_editor(page, "labels.txt", "up", "upwards")
    expect_running(page)
    expect(preview.get_by_role("button", name="Stop listening")).to_be_visible()
    expect_label(page, "heard", "upwards")

    preview.get_by_role("button", name="Stop listening").click()
    expect(preview.get_by_role("button", name="Start listening")).to_be_visible(timeout=PATIENCE)
