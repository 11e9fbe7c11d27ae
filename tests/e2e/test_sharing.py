"""An owner publishes and shares; a stranger finds it without scripts; somebody is let in to it alone, and forks it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.support.browsers.accessibility import findings
from tests.support.browsers.pages import PHONE, OpenPage, launch, people
from tests.support.browsers.studio import create, join, publish, sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

REFUSAL = "the server responded with a status of 404"


@pytest.fixture
def open_page(playwright: Playwright) -> Iterator[OpenPage]:
    """Chromium notes each refusal that a page gets; two of them are what this test is about."""
    with people(lambda microphone: launch(playwright, microphone), lambda text: REFUSAL in text) as opener:
        yield opener


def test_a_rune_is_found_by_a_stranger_and_its_project_forked_by_who_was_let_in_to_it_alone(
    forge: LiveForge, open_page: OpenPage
) -> None:
    owner, partner, stranger = open_page(), open_page(viewport=PHONE), open_page()
    sign_in(owner, forge.printed_link())
    create(owner, "The sine of a number")
    project = owner.url.removesuffix("/studio")
    publish(owner, project)
    beside = make_beside(owner, forge.address)

    # Nobody finds what is private; after one choice of its owner anybody does, and no script is needed to read.
    stranger.goto(f"{forge.address}/explore")
    expect(stranger.get_by_text("No shared runes yet")).to_be_visible()
    owner.goto(f"{project}/settings")
    owner.get_by_role("radio", name="Public").check()
    owner.get_by_role("button", name="Save").click()
    expect(owner.get_by_text("Saved.")).to_be_visible()
    reader = stranger.context.browser.new_context(java_script_enabled=False).new_page()  # type: ignore[union-attr]
    reader.goto(f"{forge.address}/explore?q=sine")
    reader.get_by_role("link", name="sine").click()
    expect(reader.get_by_role("heading", name="sine").first).to_be_visible()
    stranger.goto(f"{forge.address}/explore")
    assert findings(stranger) == []
    stranger.get_by_role("link", name="sine").click()
    expect(stranger.get_by_role("heading", name="Try it here")).to_be_visible()

    # Let in to this project only: the other one is not there.
    owner.goto(f"{project}/share")
    owner.get_by_label("Role of the invited person").select_option("viewer")
    owner.get_by_role("button", name="Make a link").click()
    join(partner, owner.get_by_label("Invitation link").input_value(), "Pia Berg")
    partner.goto(f"{project}/share")
    assert findings(partner) == []
    assert partner.goto(beside).status == 404  # type: ignore[union-attr]
    partner.goto(forge.address)
    expect(partner.get_by_role("link", name="sine").first).to_be_visible()
    expect(partner.get_by_text("beside")).to_have_count(0)

    # A fork in an organisation of one's own, which says where it came from.
    partner.goto(f"{forge.address}/organisations/new")
    partner.get_by_label("Name", exact=True).fill("pia")
    partner.get_by_role("button", name="Create").first.click()
    partner.wait_for_url("**/pia")
    partner.goto(f"{project}/copy")
    partner.get_by_role("button", name="Copy").click()
    partner.wait_for_url("**/pia/sine/studio")
    partner.goto(f"{forge.address}/pia/sine/share")
    expect(partner.get_by_text("Forked from")).to_be_visible()
    assert owner.goto(f"{forge.address}/pia/sine").status == 404  # type: ignore[union-attr]


def make_beside(page: Page, address: str) -> str:
    """Another project of the same organisation, and its address."""
    page.goto(f"{address}/new")
    page.get_by_label("Name", exact=True).fill("beside")
    page.get_by_role("button", name="Create").first.click()
    page.wait_for_url("**/beside/studio")
    return page.url
