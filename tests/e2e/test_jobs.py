"""The page Jobs follows a job to its end, shows its log, and works by keyboard, on a phone and in the dark."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.browsers.accessibility import LOOKS, findings
from tests.support.browsers.pages import PHONE, OpenPage
from tests.support.browsers.studio import PATIENCE, create, expect_running, sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = pytest.mark.e2e

BUILD = """async (project) => {
  const token = /csrftoken=([^;]+)/.exec(document.cookie)[1];
  const headers = { "X-CSRFToken": token };
  const answer = await fetch(`/api/v1/projects/${project}/builds`, { method: "POST", headers });
  if (!answer.ok) throw new Error(await answer.text());
}"""
ASK_FOR_FIRMWARE = """async (project) => {
  const state = await (await fetch(`/api/v1/projects/${project}/state`)).json();
  const token = /csrftoken=([^;]+)/.exec(document.cookie)[1];
  const headers = { "X-CSRFToken": token };
  const answer = await fetch(`/api/v1/builds/${state.preview.build.id}/firmware`, { method: "POST", headers });
  if (!answer.ok) throw new Error(await answer.text());
}"""


@pytest.mark.slow
def test_a_job_appears_and_ends_on_the_open_page(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    expect_running(page)
    project = page.url.removesuffix("/studio").removeprefix(f"{forge.address}/")
    page.goto(f"{forge.address}/{project.partition('/')[0]}")
    page.get_by_role("link", name="Jobs").click()
    expect(page.get_by_role("heading", name="No jobs yet")).to_be_visible()
    assert findings(page, LOOKS) == []
    page.evaluate(BUILD, project)
    build = page.locator(".job").filter(has_text=f"Build 1 of {project}")
    expect(build.get_by_text("Succeeded")).to_be_visible(timeout=PATIENCE)

    page.evaluate(ASK_FOR_FIRMWARE, project)
    title = f"Firmware of the preview of {project}"
    expect(page.get_by_text(title)).to_be_visible(timeout=PATIENCE)
    row = page.locator(".job").filter(has_text=title)
    expect(row.get_by_text("Succeeded").or_(row.get_by_text("Failed"))).to_be_visible(timeout=PATIENCE)
    assert findings(page, LOOKS) == []
    page.get_by_label("State").select_option("cancelled")
    expect(page.get_by_text("No job matches.")).to_be_visible()
    page.get_by_role("link", name="Show all").click()

    page.set_viewport_size(PHONE)
    log = page.get_by_role("link", name=f"Log of {title}")
    log.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    expect(page.get_by_role("region", name="The log's lines")).to_be_visible()
    assert findings(page, LOOKS) == []
