"""Pages that say more once there are colleagues, versions and deployments: axe finds nothing there either."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.browsers.accessibility import findings
from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import PATIENCE, create, invite, join, sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

TABS = ("", "keys", "history", "settings", "state")
"""The tabs of a deployment's page."""


def test_members_and_deployments_have_no_finding(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    page.get_by_role("button", name="Build", exact=True).click()
    expect(page.get_by_role("link", name="Build 1 ok")).to_be_visible(timeout=PATIENCE)
    project = page.url.removesuffix("/studio")
    page.goto(f"{project}/builds/1/publish")
    page.get_by_label("Tag").first.fill("1.0")
    page.get_by_role("main").get_by_role("button", name="Publish").first.click()
    page.wait_for_url(lambda url: not url.endswith("/publish"), timeout=PATIENCE)
    page.goto(f"{project}/deployments")
    page.get_by_label("Title").fill("Website")
    page.get_by_role("button", name="Create deployment").click()
    expect(page.get_by_role("heading", name="New key")).to_be_visible(timeout=PATIENCE)
    # It is the first of its organisation: the lines come by themselves once the signer has made the root.
    expect(page.locator("#use .deployment-way[open] pre")).to_contain_text('root="sha256:', timeout=PATIENCE)
    expect(page.locator("#use .deployment-way[open] [data-copy]")).to_be_visible()
    problems = [f"a new deployment, {each}" for each in findings(page)]
    for address in ("deployments", *(f"deployments/website?tab={tab}" for tab in TABS)):
        page.goto(f"{project}/{address}")
        problems += [f"{address}, {each}" for each in findings(page)]
    # Last: once there is a colleague, a deployment needs an approval.
    join(open_page(), invite(page, "reviewer"), "Ana Lind")
    page.reload()
    problems += [f"members, {each}" for each in findings(page)]
    assert not problems, "\n".join(problems)
