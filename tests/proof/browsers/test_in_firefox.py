"""The journeys of the browser tests again, in Debian's Firefox. Here they are not written, only run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright

from tests.e2e.devices import test_phone
from tests.e2e.devices.test_phone import test_a_phone_is_let_in_paired_and_runs_without_a_network  # noqa: F401
from tests.e2e.devices.test_wave_a_phone import test_a_ring_in_the_air_is_a_ring  # noqa: F401
from tests.e2e.editing.test_language_in_the_editor import (
    test_the_page_checks_completes_explains_renames_and_formats_by_itself,  # noqa: F401
)
from tests.e2e.editing.test_two_people import (
    test_two_people_see_each_other_and_each_takes_back_only_what_is_their_own,  # noqa: F401
)
from tests.e2e.graphs.test_graph_editing import (
    test_the_graph_edits_the_text_and_keeps_what_stands_in_it,  # noqa: F401
    test_the_graph_is_edited_by_keys_alone,  # noqa: F401
)
from tests.e2e.preview.test_foreign_runes import (
    test_a_rune_that_loops_or_grows_is_stopped_and_the_page_lives_on,  # noqa: F401
)
from tests.e2e.reviews.test_draw_a_digit import test_from_the_first_link_to_an_approved_and_published_rune  # noqa: F401
from tests.support.browsers import fixtures
from tests.support.browsers.firefox import launch_firefox
from tests.support.browsers.pages import OpenPage, Record, people
from tests.support.browsers.phones import SMALL
from tests.support.browsers.sound_card import NoSoundCard, sound_card
from tools.browser import FIREFOX, firefox

forge = fixtures.forge
playwright = fixtures.playwright

pytestmark = pytest.mark.proof


LEFT_BEHIND = re.compile(r"^download failed .*status=2152398850 ")
"""Firefox complains of a font that was still on its way when the person went to another page."""


def start_firefox(playwright: Playwright, folder: Path, record: Record, sound: dict[str, str]) -> Browser:
    """With a microphone that is a file where there is a sound card, else with Firefox's own tone."""
    path = firefox()
    if path is None:
        pytest.skip(f"no Firefox on this machine; on Debian: sudo apt-get install {FIREFOX}")
    browser = launch_firefox(playwright, path, folder, sound)
    record("browser", f"Firefox {browser.version}")
    return browser


@pytest.fixture
def open_page(playwright: Playwright, tmp_path: Path, record_property: Record) -> Iterator[OpenPage]:
    """Opens a page as in Chromium."""
    with ExitStack() as stack:

        def start(microphone: Path | None) -> Browser:
            sound = {}
            if microphone:
                try:
                    sound = stack.enter_context(sound_card(tmp_path, microphone))
                except NoSoundCard as missing:
                    pytest.skip(str(missing))
            return start_firefox(playwright, tmp_path, record_property, sound)

        with people(start, lambda text: LEFT_BEHIND.match(text) is not None) as opener:
            yield opener


@pytest.fixture
def phone(
    playwright: Playwright, tmp_path: Path, record_property: Record, monkeypatch: pytest.MonkeyPatch
) -> Iterator[BrowserContext]:
    """A window as small as a phone: Firefox does not play one. Axe has looked at the page in Chromium."""
    monkeypatch.setattr(test_phone, "findings", lambda page: [])
    browser = start_firefox(playwright, tmp_path, record_property, {})
    yield browser.new_context(viewport=SMALL)  # type: ignore[arg-type]
    browser.close()


def test_a_stage_is_dragged_from_the_palette_onto_the_canvas_or_into_a_wire() -> None:
    pytest.skip("Firefox's driver (WebDriver BiDi) makes no drags of the platform; stages are added by a click here")
