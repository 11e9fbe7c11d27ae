"""A version is refused, approved on a phone, and published; the next one misses its limits and an owner overrides."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.support.browsers.accessibility import findings
from tests.support.browsers.pages import OpenPage, launch, people
from tests.support.browsers.studio import PATIENCE, create, invite, join, put_file, sign_in
from tests.support.browsers.tokens import confirm_address, make_token
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

SMALL_PHONE = {"width": 360, "height": 740}
RULES = b"limits: {size: 1 kB, inference-time: 1 s}\n"


REFUSAL = "the server responded with a status of 409"


@pytest.fixture
def open_page(playwright: Playwright) -> Iterator[OpenPage]:
    """Chromium notes each refusal that a page gets; the refusals are what this test is about."""
    with people(lambda microphone: launch(playwright, microphone), lambda text: REFUSAL in text) as opener:
        yield opener


def test_a_version_is_refused_approved_published_and_the_next_one_overridden(
    forge: LiveForge, open_page: OpenPage
) -> None:
    owner, reviewer = open_page(), open_page(viewport=SMALL_PHONE)
    sign_in(owner, forge.printed_link())
    create(owner, "The sine of a number")
    project = owner.url.removesuffix("/studio")
    join(reviewer, invite(owner, "reviewer"), "Ana Lind")
    build(owner, project, 1)

    publish(owner, "1.0")
    expect(owner.get_by_role("alert")).to_contain_text("1.0 is protected. It has 0 of 1 approval by any member.")

    reviewer.goto(f"{project}/builds/1")
    reviewer.get_by_role("button", name="Approve").click()
    expect(reviewer.get_by_text("Approved", exact=True).first).to_be_visible(timeout=PATIENCE)
    owner.goto(f"{project}/builds/1")
    owner.get_by_role("link", name="Publish as 1.0").click()
    publish(owner, "1.0")
    expect(owner.get_by_role("heading", name="1.0")).to_be_visible(timeout=PATIENCE)

    # The next build brings rules of its own, which it misses: the reviewer reads both, and the owner ships it anyway.
    owner.goto(f"{project}/studio")
    put_file(owner, "forge.yml", RULES)
    build(owner, project, 2)
    reviewer.goto(f"{project}/builds/2")
    expect(reviewer.get_by_role("region", name="Limits")).to_contain_text("Missed")
    assert findings(reviewer) == []
    expect(owner.get_by_text("This build changes the rules.")).to_be_visible()
    publish(owner, "1.1")
    expect(owner.get_by_role("alert")).to_contain_text("Size does not meet its limit")
    owner.get_by_text("Publish 1.1 although something is missing").click()
    owner.get_by_role("textbox", name="Reason").fill("The fair opens in an hour.")
    assert findings(owner) == []
    owner.get_by_role("button", name="Publish 1.1 past its gate").click()
    expect(owner.get_by_text("Published past its gate")).to_be_visible(timeout=PATIENCE)
    assert findings(owner) == []
    reviewer.goto(f"{project}/published")
    expect(reviewer.get_by_text("The fair opens in an hour.")).to_be_visible()
    assert findings(reviewer) == []


def test_an_open_page_shows_the_result_of_a_check_when_its_robot_posts_it(
    forge: LiveForge, open_page: OpenPage
) -> None:
    owner = open_page()
    sign_in(owner, forge.printed_link())
    email = owner.request.get(f"{forge.address}/api/v1/me").json()["email"]
    confirm_address(forge, email)
    create(owner, "The sine of a number")
    project = owner.url.removesuffix("/studio")
    rules = f"approvals: []\nprotected-tags: [versions]\nchecks: {{lab: {email}/rig}}\n"
    put_file(owner, "forge.yml", rules.encode())
    build(owner, project, 1)
    watching = owner.context.new_page()
    watching.goto(f"{project}/builds/1")
    checks = watching.get_by_role("list", name="Results of external checks")
    expect(checks).to_contain_text("No result")
    notes = owner.get_by_role("textbox", name="What is new")
    notes.fill("Half a sentence")

    headers = {"Authorization": f"Bearer {make_token(owner.context.new_page(), forge, 'rig', ['check:write'])}"}
    name = project.removeprefix(f"{forge.address}/")
    newest = owner.request.get(f"{forge.address}/api/v1/projects/{name}/state").json()["builds"][0]["id"]
    address = f"{forge.address}/api/v1/builds/{newest}/checks"
    digest = owner.request.get(address).json()["digest"]
    for state, text in (("failure", "3 boards"), ("success", "40 boards")):
        body = json.dumps({"digest": digest, "state": state, "text": text}).encode()
        request = urllib.request.Request(
            f"{address}/lab", body, headers | {"Content-Type": "application/json"}, method="PUT"
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert answer.status == 200
        expect(checks).to_contain_text(text)
        expect(owner.get_by_role("list", name="What 1.0 demands")).to_contain_text(f"{email}/rig said {state}.")
    expect(owner.get_by_text("is protected, and this build meets its rules.")).to_be_visible()
    expect(notes).to_have_value("Half a sentence")


def build(page: Page, project: str, number: int) -> None:
    """Asks for a build on the list of builds, and waits on its page until it is there."""
    page.goto(f"{project}/builds")
    page.get_by_role("button", name="Build").first.click()
    expect(page.get_by_role("heading", name="Try it")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("heading", name=f"Build {number} of")).to_be_visible()
    page.goto(f"{project}/builds/{number}/publish")


def publish(page: Page, tag: str) -> None:
    page.get_by_role("textbox", name="Tag").fill(tag)
    page.get_by_role("button", name="Publish build").click()
