"""The studio works without a part whose script cannot be loaded, and the part can be tried again."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Playwright, expect

from tests.support.browsers.pages import launch, people
from tests.support.browsers.studio import PATIENCE, create, expect_running, sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = pytest.mark.e2e

GRAPH = re.compile(r"/assets/GraphView-[^/]*\.js$")


def is_lost_script(text: str) -> bool:
    """The lines that a browser and React log of a script that does not arrive."""
    return "net::ERR_FAILED" in text or "Failed to fetch dynamically imported module" in text


@pytest.mark.slow
def test_a_lost_script_takes_its_own_part_alone(forge: LiveForge, playwright: Playwright) -> None:
    with people(lambda microphone: launch(playwright, microphone), is_lost_script) as open_page:
        page = open_page()
        sign_in(page, forge.printed_link())
        create(page, "Sine")
        page.route(GRAPH, lambda route: route.abort())
        page.reload()
        expect_running(page)
        page.get_by_role("button", name="Graph").click()
        notice = page.get_by_role("alert").filter(has_text="This part could not be loaded.")
        expect(notice).to_be_visible(timeout=PATIENCE)
        expect(page.get_by_role("button", name="Build", exact=True)).to_be_enabled()

        page.unroute(GRAPH)
        notice.get_by_role("button", name="Try again").click()
        expect(page.get_by_role("button", name="Add a stage")).to_be_visible(timeout=PATIENCE)
        expect(notice).to_have_count(0)
