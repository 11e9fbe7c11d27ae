"""The whole loop with people of two organisations and a visitor: a public rune is found, tried and forked by somebody
without any role, both sides change the same stage, and it is offered back, resolved in the studio, built, reviewed,
merged and published."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.reviews.test_change_requests import change, runefile, see_built, write
from tests.e2e.test_sharing import open_page
from tests.support.browsers.accessibility import DARK_AND_NARROW, findings
from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import PATIENCE, create, invite, join, publish, run_strangers_rune, sign_in
from tests.support.servers.live_forge import LiveForge

__all__ = ["open_page"]  # a fixture: what is not there answers 404

pytestmark = [pytest.mark.e2e, pytest.mark.proof]


def test_a_stranger_builds_upon_a_public_rune_and_it_is_merged_and_published(
    forge: LiveForge, open_page: OpenPage
) -> None:
    owner, reviewer, stranger, visitor = open_page(), open_page(), open_page(), open_page()
    sign_in(owner, forge.printed_link())
    create(owner, "Digits")
    project = owner.url.removesuffix("/studio")
    publish(owner, project)
    owner.goto(f"{project}/settings")
    owner.get_by_role("radio", name="Public").check()
    owner.get_by_role("checkbox", name="Share the files").check()
    owner.get_by_role("button", name="Save").click()
    expect(owner.get_by_text("Saved.")).to_be_visible()
    owner.goto(project)
    join(reviewer, invite(owner, "reviewer"), "Ravi Nair")
    # The stranger is of another organisation, and has no role in this one.
    owner.goto(f"{forge.address}/organisations/new")
    owner.get_by_label("Name", exact=True).fill("beta")
    owner.get_by_role("button", name="Create").first.click()
    owner.wait_for_url("**/beta")
    join(stranger, invite(owner, "developer"), "Ana Berg")

    # Explore and try, without an account.
    visitor.goto(f"{forge.address}/explore")
    assert findings(visitor) == []
    visitor.get_by_role("button", name="Run").click()
    expect(visitor.locator(".rune-card-word")).to_have_text("7", timeout=PATIENCE)
    assert findings(visitor, (DARK_AND_NARROW,)) == []
    # A run ends with its last window.
    expect(visitor.get_by_role("button", name="Run")).to_be_enabled()
    expect(visitor.locator("iframe")).to_have_count(0)
    visitor.get_by_role("link", name="digits").click()
    assert findings(visitor) == []
    run_strangers_rune(visitor)
    expect(visitor.get_by_role("region", name="The rune, running")).to_be_visible(timeout=PATIENCE)
    assert findings(visitor, (DARK_AND_NARROW,)) == []
    visitor.get_by_role("link", name="Fork or duplicate").click()
    expect(visitor.get_by_role("heading", name="Sign in")).to_be_visible()

    stranger.goto(project)
    stranger.get_by_role("link", name="Fork or duplicate").click()
    expect(stranger.get_by_text("the files of what was published")).to_be_visible()
    assert findings(stranger) == []
    stranger.get_by_role("button", name="Copy").click()
    stranger.wait_for_url("**/beta/digits/studio")
    fork = stranger.url.removesuffix("/studio")
    assert stranger.goto(f"{project}/studio").status == 404  # type: ignore[union-attr]

    change(stranger, fork, "source: 0", "source: 1")
    write(stranger, fork, "notes.md", "Measured with 160 letters.\n")
    change(owner, project, "source: 0", "source: 2")
    stranger.goto(f"{fork}/offer")
    stranger.get_by_label("What changes, in a few words").fill("Letters answer nothing")
    stranger.get_by_role("button", name="Offer the changes").click()
    expect(stranger.get_by_role("heading", name="Letters answer nothing")).to_be_visible()
    theirs = stranger.url

    # Both sides talk about it on one page, live, and the stranger sees nothing else of the project.
    owner.goto(theirs)
    owner.get_by_label("Comment", exact=True).fill("How do you know?")
    owner.get_by_role("button", name="Ask for changes").click()
    expect(owner.get_by_text("Changes asked for")).to_be_visible()
    expect(stranger.get_by_text("How do you know?")).to_be_visible(timeout=PATIENCE)
    stranger.get_by_role("textbox", name="Reply to").fill("By *160* letters.")
    stranger.get_by_role("button", name="Reply", exact=True).click()
    expect(stranger.get_by_text("By 160 letters.")).to_be_visible()
    expect(owner.get_by_text("By 160 letters.")).to_be_visible(timeout=PATIENCE)
    assert stranger.get_by_text("source: 2").count() == 0
    assert findings(stranger) == []
    assert findings(stranger, (DARK_AND_NARROW,)) == []
    stranger.goto(f"{forge.address}/")
    expect(stranger.get_by_text("Changes are asked for")).to_be_visible()
    write(stranger, fork, "notes.md", "Measured with 160 letters of 40 people.\n")
    stranger.goto(theirs)
    stranger.get_by_label("What you addressed").fill("Says of how many people.")
    stranger.get_by_role("button", name="Offer the current files").click()
    expect(stranger.get_by_role("heading", name="Since the last offer")).to_be_visible()
    for side in (stranger, owner):
        side.goto(theirs)
        expect(side.get_by_role("heading", name="Since the last offer")).to_be_visible()
        expect(side.get_by_text("Says of how many people.")).to_be_visible()
        expect(side.get_by_text("Changes asked for")).to_have_count(0)
    assert findings(owner) == []

    # Resolved in the studio: both sides beside each other, and nothing is lost.
    owner.goto(f"{project}/change-requests/1")
    page = owner.url
    owner.get_by_role("link", name="Resolve in the studio").click()
    dialog = owner.get_by_role("dialog")
    expect(dialog.get_by_text("1 conflict left of 1")).to_be_visible(timeout=PATIENCE)
    expect(dialog.get_by_label("This project", exact=True)).to_contain_text("source: 2")
    expect(dialog.get_by_label("The fork", exact=True)).to_contain_text("source: 1")
    assert findings(owner) == []
    dialog.get_by_role("button", name="This project", exact=True).click()
    expect(dialog.get_by_text("No conflict is left")).to_be_visible()
    dialog.get_by_role("button", name="Edit").click()
    field = dialog.get_by_label("The text that replaces")
    field.fill(field.input_value().replace("source: 2", "source: 3"))
    dialog.get_by_role("button", name="Use this text").click()
    expect(dialog.get_by_text("Another text").first).to_be_visible()
    dialog.get_by_role("button", name="Start over").click()
    expect(dialog.get_by_text("1 conflict left of 1")).to_be_visible()
    dialog.get_by_role("button", name="The fork", exact=True).click()
    dialog.get_by_role("link", name="Build, review and merge").click()
    owner.wait_for_url(page)

    owner.get_by_role("button", name="Build the merged result").click()
    see_built(owner)
    owner.get_by_role("link", name="Ask for a review").click()
    owner.get_by_label("What to review").fill("The merge of letters")
    owner.get_by_role("checkbox").first.check()
    owner.get_by_role("button", name="Ask for a review").click()
    expect(owner.get_by_role("heading", name="The merge of letters")).to_be_visible(timeout=PATIENCE)
    reviewer.goto(f"{project}/reviews/1")
    reviewer.get_by_role("button", name="Approve").click()
    expect(reviewer.get_by_text("You approved it")).to_be_visible(timeout=PATIENCE)
    owner.goto(page)
    owner.get_by_role("button", name="Merge", exact=True).click()
    expect(owner.get_by_text("merged it").first).to_be_visible()
    text = runefile(owner, project)
    assert "source: 1" in text
    assert "source: 2" not in text
    stranger.goto(f"{fork}/offer")
    expect(stranger.get_by_text("Merged", exact=True)).to_be_visible()

    # The approved build is published, with its notes; the version before it leads there.
    owner.goto(f"{project}/builds/2/publish")
    owner.get_by_role("textbox", name="Tag").fill("1.1")
    owner.get_by_label("What is new").first.fill("Letters answer *nothing*, by Ana.")
    owner.get_by_role("button", name="Publish build").click()
    expect(owner.get_by_role("heading", name="1.1")).to_be_visible(timeout=PATIENCE)
    owner.goto(f"{project}?tag=1.0")
    owner.get_by_text("Deprecate 1.0").click()
    owner.get_by_label("Why").fill("It hears a digit in every letter.")
    owner.get_by_label("Replacement").select_option("1.1")
    owner.get_by_role("button", name="Deprecate", exact=True).click()
    expect(owner.get_by_text("1.0 is deprecated.")).to_be_visible()
    visitor.goto(f"{project}?tag=1.0")
    expect(visitor.get_by_text("1.0 is deprecated.")).to_be_visible()
    visitor.get_by_role("link", name="1.1").first.click()
    expect(visitor.get_by_text("Letters answer nothing, by Ana.").first).to_be_visible()
    assert findings(visitor) == []
