"""The journeys of the browser tests again, in Debian's Firefox. Here they are not written, only run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect

from tests.browsers.firefox import launch_firefox
from tests.e2e import conftest
from tests.e2e.conftest import OpenPage, people
from tests.e2e.studio import PATIENCE, create, sign_in
from tests.e2e.test_draw_a_digit import test_from_the_first_link_to_an_approved_and_published_rune  # noqa: F401
from tests.e2e.test_foreign_runes import (
    test_a_rune_that_loops_or_grows_is_stopped_and_the_page_lives_on,  # noqa: F401
)
from tests.e2e.test_language_in_the_editor import (
    test_the_page_checks_completes_explains_renames_and_formats_by_itself,  # noqa: F401
)
from tests.e2e.test_two_people import (
    test_two_people_see_each_other_and_each_takes_back_only_what_is_their_own,  # noqa: F401
)
from tests.live_forge import LiveForge
from tools.browser import FIREFOX, firefox

pytestmark = pytest.mark.proof

forge = conftest.forge
playwright = conftest.playwright

NO_FILE = "Firefox has no microphone from a file: its own tone is heard in its place"
LEFT_BEHIND = re.compile(r"^download failed .*status=2152398850 ")
"""Firefox complains of a font that was still on its way when the person went to another page."""
HAS_SOUND = """async () => {
  const context = new AudioContext();
  const running = context.resume().then(() => true);
  const answer = await Promise.race([running, new Promise((done) => setTimeout(() => done(false), 5000))]);
  await context.close();
  return answer;
}"""


@pytest.fixture
def open_page(playwright: Playwright, tmp_path: Path, record_property: conftest.Record) -> Iterator[OpenPage]:
    """As in Chromium."""
    path = firefox()
    if path is None:
        pytest.skip(f"no Firefox on this machine; on Debian: sudo apt-get install {FIREFOX}")

    def start(microphone: Path | None) -> Browser:
        if microphone:
            pytest.skip(NO_FILE)
        browser = launch_firefox(playwright, path, tmp_path)
        record_property("browser", f"Firefox {browser.version}")
        return browser

    with people(start, lambda text: LEFT_BEHIND.match(text) is not None) as opened:
        yield opened


def test_a_word_of_a_file_is_heard_from_the_microphone() -> None:
    pytest.skip(NO_FILE)


def test_what_the_microphone_hears_flows_through_the_rune(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.link())
    if not page.evaluate(HAS_SOUND):
        pytest.skip("Firefox runs no Web Audio on a machine without a sound device, as this one is")
    create(page, "Spoken words")
    preview = page.get_by_role("region", name="Preview")
    preview.get_by_role("button", name="Start listening").click()
    card = page.get_by_role("region", name="Output heard")
    expect(card.get_by_role("paragraph").first).to_have_text(re.compile(r"\w"), timeout=PATIENCE)
    preview.get_by_role("button", name="Stop listening").click()
    expect(preview.get_by_role("button", name="Start listening")).to_be_visible(timeout=PATIENCE)
