"""A new project from each template shows what it does at once: no sensor, no permission, no press of a button."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import OpenPage
from tests.e2e.studio import PATIENCE, create, sign_in
from tests.support.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

SHOWN = {
    "Machine sound": ("fan.wav", ("normal", "anomaly")),
    "Exercises": ("exercises.csv", ("resting", "forward elevation", "upright row", "resting")),
    "Wake word": ("okay-hammer.wav", ("listening", "okay hammer", "listening")),
    "Signs": ("sign.png", ("left",)),
}


@pytest.mark.parametrize("title", SHOWN)
def test_a_template_plays_its_recording_at_once(title: str, forge: LiveForge, open_page: OpenPage) -> None:
    recording, words = SHOWN[title]
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, title)
    preview = page.get_by_role("region", name="Preview")
    expect(preview.get_by_role("list", name="Recordings")).to_contain_text(recording, timeout=PATIENCE)
    output = preview.get_by_role("region", name=re.compile("^Output")).first
    for word in words:
        expect(output.get_by_text(word, exact=True).first).to_be_visible(timeout=PATIENCE)


def test_nothing_plays_over_what_a_person_chose(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Exercises")
    preview = page.get_by_role("region", name="Preview")
    expect(preview.get_by_role("list", name="Recordings")).to_be_visible(timeout=PATIENCE)
    preview.get_by_role("button", name="Signal", exact=True).click()
    preview.get_by_role("combobox", name="Signal").select_option("shake")
    expect(preview.get_by_role("list", name="Recordings")).to_have_count(0)
    # Windows of the signal fill by themselves, at the sensor's rate; what was said of the recording is gone.
    output = preview.get_by_role("region", name=re.compile("^Output")).first
    expect(
        output.get_by_text(re.compile("resting|something else|rotation|elevation|extension|row")).first
    ).to_be_visible(timeout=PATIENCE)
    preview.get_by_role("button", name="Pause").click()
    preview.get_by_role("button", name="Live", exact=True).click()
    expect(preview.get_by_text("Results appear here as soon as there is input.")).to_be_visible()
    expect(preview.get_by_role("region", name=re.compile("^Output"))).to_have_count(0)
