"""A partner forks a project, both sides change it, and the partner offers it back: conflict, choice, review, merge."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.widths import squeezed_at_any_width
from tests.support.browsers.accessibility import DARK_AND_NARROW, findings
from tests.support.browsers.pages import DESKTOP, PHONE, OpenPage
from tests.support.browsers.studio import PATIENCE, create, invite, join, sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]


def test_a_fork_is_offered_back_resolved_reviewed_merged_and_undone(forge: LiveForge, open_page: OpenPage) -> None:
    owner, reviewer, partner = open_page(), open_page(), open_page(viewport=PHONE)
    sign_in(owner, forge.printed_link())
    create(owner, "Digits")
    project = owner.url.removesuffix("/studio")
    join(reviewer, invite(owner, "reviewer"), "Ravi Nair")
    owner.goto(f"{project}/share")
    owner.get_by_label("Role of the invited person").select_option("viewer")
    owner.get_by_role("button", name="Make a link").click()
    join(partner, owner.get_by_label("Invitation link").input_value(), "Ana Berg")
    partner.goto(f"{forge.address}/organisations/new")
    partner.get_by_label("Name", exact=True).fill("ana")
    partner.get_by_role("button", name="Create").first.click()
    partner.wait_for_url("**/ana")
    partner.goto(f"{project}/copy")
    partner.get_by_role("button", name="Copy").click()
    partner.wait_for_url("**/studio")
    fork = partner.url.removesuffix("/studio")

    # Both change the same stage, and the partner another file too.
    change(partner, fork, "source: 0", "source: 1")
    write(partner, fork, "notes.md", "Measured with 160 letters.\n")
    change(owner, project, "source: 0", "source: 2")

    partner.goto(f"{fork}/share")
    partner.get_by_role("link", name="Offer the changes").click()
    partner.get_by_label("What changes, in a few words").fill("Letters answer nothing")
    partner.get_by_label("Why, and how you know").fill("I measured it with 160 letters and scribbles.")
    assert findings(partner) == []
    partner.get_by_role("button", name="Offer the changes").click()
    expect(partner.get_by_role("heading", name="Letters answer nothing")).to_be_visible()
    expect(partner.get_by_text("1 conflict left").first).to_be_visible()
    expect(partner.get_by_role("button", name="Merge")).to_have_count(0)

    owner.goto(f"{project}/change-requests")
    assert findings(owner) == []
    owner.get_by_role("link", name="Letters answer nothing").click()
    expect(owner.get_by_role("button", name="Merge", exact=True)).to_be_disabled()
    assert findings(owner) == []
    owner.get_by_role("radio", name="The fork").check()
    owner.get_by_role("button", name="Use the chosen sides").click()
    expect(owner.get_by_text("1 of 1 resolved")).to_be_visible()
    owner.get_by_role("button", name="Build the merged result").click()
    page = owner.url
    see_built(owner)
    assert squeezed_at_any_width(owner) == []
    owner.set_viewport_size(DESKTOP)
    owner.get_by_role("link", name="Ask for a review").click()
    owner.get_by_label("What to review").fill("The merge of letters")
    owner.get_by_role("checkbox").first.check()
    owner.get_by_role("button", name="Ask for a review").click()
    expect(owner.get_by_role("heading", name="The merge of letters")).to_be_visible(timeout=PATIENCE)
    reviewer.goto(f"{project}/reviews/1")
    reviewer.get_by_role("button", name="Approve").click()
    expect(reviewer.get_by_text("You approved it")).to_be_visible(timeout=PATIENCE)

    owner.goto(page)
    assert findings(owner, (DARK_AND_NARROW,)) == []
    owner.get_by_role("button", name="Merge", exact=True).click()
    expect(owner.get_by_text("merged it").first).to_be_visible()
    text = runefile(owner, project)
    assert "source: 1" in text
    assert "source: 2" not in text
    partner.goto(f"{fork}/offer")
    expect(partner.get_by_text("Merged", exact=True)).to_be_visible()
    press_surely(owner, "Undo the merge")
    expect(owner.get_by_text("Open", exact=True)).to_be_visible()
    assert "source: 2" in runefile(owner, project)


def press_surely(page: Page, name: str) -> None:
    """Presses a button that asks whether one is sure."""
    button = page.get_by_role("button", name=name)
    button.click()
    page.locator("button[data-sure][value=undo]").click()


def see_built(page: Page) -> None:
    """Waits until the merged result is built; the page is read again, as its button does."""
    for _ in range(60):
        if page.get_by_text("The merged result builds").count():
            return
        with page.expect_navigation():
            page.get_by_role("button", name="Check again").click()
        page.wait_for_load_state("networkidle")
    raise AssertionError("the merged result was not built")


def runefile(page: Page, project: str) -> str:
    return page.request.get(api(project, "files/Runefile.yml")).text()


def change(page: Page, project: str, before: str, after: str) -> None:
    """Edits the Runefile by the API, with the person's session."""
    text = runefile(page, project)
    assert before in text
    write(page, project, "Runefile.yml", text.replace(before, after, 1))


def write(page: Page, project: str, path: str, text: str) -> None:
    token = next(each["value"] for each in page.context.cookies() if each["name"] == "csrftoken")
    headers = {"X-CSRFToken": token, "Content-Type": "application/octet-stream", "Referer": project}
    read = page.request.head(api(project, f"files/{path}"))
    precondition = {"If-Match": read.headers["etag"]} if read.ok else {}
    answer = page.request.put(api(project, f"files/{path}"), data=text.encode(), headers=headers | precondition)
    assert answer.ok, answer.text()


def api(project: str, path: str) -> str:
    origin, _, name = project.partition("//")[2].partition("/")
    return f"http://{origin}/api/v1/projects/{name}/{path}"
