"""Explore of a fresh server: it publishes its templates, and a visitor sees what they answer on their examples."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from rune import __version__
from tests.support.browsers.accessibility import DARK_AND_NARROW, findings
from tests.support.browsers.pages import PHONE, OpenPage
from tests.support.browsers.studio import PATIENCE, run_strangers_rune
from tests.support.servers.live_forge import LiveForge

BUILD_TIME = 120
"""Seconds in which the first template is built and published on a busy machine."""


@pytest.fixture
def forge(tmp_path: Path) -> Iterator[LiveForge]:
    """A fresh server, which publishes its templates."""
    with LiveForge(tmp_path / "data", {"PUBLISH_TEMPLATES": "1"}) as running:
        yield running


@pytest.mark.slow
def test_a_visitor_sees_the_answer_of_a_template_of_a_fresh_server_and_plays_its_example(
    forge: LiveForge, open_page: OpenPage
) -> None:
    rune = f"{forge.address}/api/v1/projects/templates/digits/tags/{__version__}/rune"
    forge.until(lambda: httpx.get(rune).status_code == 200, BUILD_TIME)
    visitor = open_page(viewport=PHONE)
    visitor.goto(f"{forge.address}/explore")
    card = visitor.get_by_role("article").filter(has=visitor.get_by_role("link", name="templates / digits"))
    word = card.locator(".rune-card-word")
    card.scroll_into_view_if_needed()
    expect(word).to_have_text("7", timeout=PATIENCE)
    assert findings(visitor, (DARK_AND_NARROW,)) == []
    card.get_by_role("button", name="Run").click()
    expect(word).to_have_text("7", timeout=PATIENCE)
    assert findings(visitor, (DARK_AND_NARROW,)) == []
    card.get_by_role("link").click()
    run_strangers_rune(visitor)
    expect(visitor.get_by_role("group", name="Example inputs").get_by_role("button", name="7")).to_be_visible(
        timeout=PATIENCE
    )
