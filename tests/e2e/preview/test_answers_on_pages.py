"""Wherever members can try a rune, its example plays by itself: the answer is there before anybody does anything."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsers.pages import PHONE, OpenPage
from tests.support.browsers.studio import (
    PATIENCE,
    create,
    expect_label,
    invite,
    join,
    publish,
    run_strangers_rune,
    sign_in,
)
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]


def expect_answered(page: Page, address: str) -> None:
    """Opens a page, touches nothing, and reads the answer to the example that is offered there."""
    page.goto(address)
    expect_label(page, "answer", "7")
    examples = page.get_by_role("group", name="Example inputs").first
    expect(examples.get_by_role("button", name="7", exact=True)).to_have_attribute("aria-pressed", "true")


def test_builds_reviews_and_published_runes_show_an_answer_untouched(forge: LiveForge, open_page: OpenPage) -> None:
    owner, reviewer, visitor = open_page(), open_page(viewport=PHONE), open_page()
    sign_in(owner, forge.printed_link())
    create(owner, "Digits")
    project = owner.url.removesuffix("/studio")
    publish(owner, project)
    join(reviewer, invite(owner, "reviewer"), "Ana Lind")
    owner.goto(f"{project}/builds/1/ask")
    owner.get_by_label("What to review").fill("Reads a 7")
    owner.get_by_role("checkbox").first.check()
    owner.get_by_role("button", name="Ask for a review").click()
    expect(owner.get_by_role("heading", name="Reads a 7")).to_be_visible(timeout=PATIENCE)
    for page in (owner, reviewer):
        for place in ("", "/builds/1", "/builds/1/try", "/reviews/1", "/published"):
            expect_answered(page, f"{project}{place}")

    owner.goto(f"{project}/settings")
    owner.get_by_role("radio", name="Public").check()
    owner.get_by_role("button", name="Save").click()
    expect(owner.get_by_text("Saved.")).to_be_visible()
    # The recording beside the Runefile is for who reads the files: a visitor sees the answer to a generated one.
    visitor.goto(project)
    run_strangers_rune(visitor)
    answer = visitor.get_by_role("region", name="Output answer").get_by_role("paragraph").first
    expect(answer).to_have_text(re.compile(r"\w"), timeout=PATIENCE)
