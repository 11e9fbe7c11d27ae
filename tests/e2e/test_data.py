"""The page of a project's data: samples come in, are labelled by keys and scroll, also on a phone and in the dark."""

from __future__ import annotations

import base64

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsers.accessibility import LOOKS, findings
from tests.support.browsers.pages import PHONE, OpenPage
from tests.support.browsers.studio import create, invite, join, sign_in
from tests.support.forge.factories.recordings import loud, png
from tests.support.servers.live_forge import LiveForge

pytestmark = pytest.mark.e2e

SEND = """async ([project, recordings]) => {
  const token = /csrftoken=([^;]+)/.exec(document.cookie)[1];
  const data = `/api/v1/projects/${project}/data`;
  const send = async (address, body, type) => {
    const headers = { "X-CSRFToken": token, "Content-Type": type };
    const answer = await fetch(address, { method: "POST", body, headers });
    if (!answer.ok) throw new Error(await answer.text());
    return answer.json();
  };
  const { purposes, days, text } = await (await fetch(`${data}/terms`)).json();
  const agreed = await send(`${data}/consents`, JSON.stringify({ purposes, days, text }), "application/json");
  for (const [recording, label, group] of recordings) {
    const bytes = Uint8Array.from(atob(recording), (letter) => letter.charCodeAt(0));
    const query = new URLSearchParams({ consent: agreed.id, label, group });
    await send(`${data}/samples?${query}`, bytes, "application/octet-stream");
  }
}"""


def send(page: Page, project: str, *recordings: tuple[bytes, str, str]) -> None:
    rows = [[base64.b64encode(data).decode(), label, group] for data, label, group in recordings]
    page.evaluate(SEND, [project, rows])


@pytest.mark.slow
def test_samples_are_labelled_by_keys_and_appear_while_one_looks(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    project = page.url.removesuffix("/studio").removeprefix(f"{forge.address}/")
    page.goto(f"{forge.address}/{project}")
    page.get_by_role("navigation", name=project).get_by_role("link", name="Data").click()
    expect(page.get_by_role("heading", name="No samples yet")).to_be_visible()
    assert findings(page, LOOKS) == []
    sounds = [(loud(number), ("knock", "glass")[number % 2], f"Guest {number % 5}") for number in range(40)]
    send(page, project, *sounds, (png(width=8), "", "Guest 9"))
    page.reload()
    expect(page.locator("[data-count]")).to_have_text("41 samples")
    picture = page.locator("[data-number='41'] img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 8
    assert findings(page, LOOKS) == []

    # Label by key, go on, undo.
    page.locator("[data-number='41'] [data-open]").focus()
    page.keyboard.press("1")
    expect(page.locator("[data-number='41'] b")).to_have_text("glass")
    expect(page.locator("[data-number='40'] [data-open]")).to_be_focused()
    page.keyboard.press("1")
    expect(page.locator("[data-status]")).to_contain_text("1 changed")
    page.keyboard.press("u")
    expect(page.locator("[data-status]")).to_contain_text("Undone")
    page.keyboard.press("u")
    expect(page.locator("[data-number='41'] b")).to_have_text("No label")

    # Filters answer without another page; several at once get a label.
    page.get_by_label("Label", exact=True).select_option("knock")
    expect(page.locator("[data-count]")).to_have_text("20 samples")
    page.get_by_role("checkbox", name="Sample 0039").check()
    page.get_by_role("checkbox", name="Sample 0037").check()
    expect(page.get_by_text("2 selected")).to_be_visible()
    # Enter in the empty field removes no labels; the other acts need none.
    field = page.get_by_label("Label for the selected samples")
    field.press("Enter")
    assert not field.evaluate("field => field.validity.valid")
    page.get_by_role("button", name="Leave out").click()
    expect(page.locator("[data-status]")).to_contain_text("2 changed")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-status]")).to_contain_text("Undone")
    expect(page.locator("[data-count]")).to_have_text("20 samples")
    field.fill("door")
    page.get_by_role("button", name="Change label").click()
    expect(page.locator("[data-count]")).to_have_text("18 samples")

    # A sample that somebody else sends appears.
    page.get_by_label("Label", exact=True).select_option("")
    expect(page.locator("[data-count]")).to_have_text("41 samples")
    send(page, project, (loud(77), "glass", "Guest 1"))
    expect(page.locator("[data-number='42']")).to_be_visible()

    page.get_by_label("What is new in this version").fill("First recordings")
    page.get_by_role("button", name="Save version").click()
    expect(page.locator("#versions").get_by_text("First recordings")).to_be_visible()

    page.set_viewport_size(PHONE)
    assert findings(page, LOOKS) == []
    page.locator("[data-number='42'] [data-open]").click()
    expect(page.get_by_role("heading", name="Sample 0042")).to_be_visible()
    assert findings(page, LOOKS) == []
    page.get_by_role("button", name="Delete now").click()
    page.get_by_role("button", name="Press again to confirm").click()
    expect(page.locator("[data-number='41']")).to_be_visible()
    expect(page.locator("[data-number='42']")).to_have_count(0)


@pytest.mark.slow
@pytest.mark.protects("recordings/playing")
def test_a_colleague_who_may_no_longer_play_samples_sees_locks_and_labels_on(
    forge: LiveForge, open_page: OpenPage
) -> None:
    owner, colleague = open_page(), open_page()
    sign_in(owner, forge.printed_link())
    create(owner, "Digits")
    studio = owner.url
    project = studio.removesuffix("/studio").removeprefix(f"{forge.address}/")
    send(owner, project, *((loud(number), ("knock", "glass")[number % 2], f"Guest {number}") for number in range(6)))
    join(colleague, invite(owner, "developer"), "Olu Ade")
    for page in (owner, colleague):
        page.goto(f"{forge.address}/{project}/data")
        expect(page.locator("[data-number='6'] path")).to_have_count(1)
    assert colleague.get_by_role("heading", name="Who plays samples").count() == 0

    owner.get_by_label("Maintainers, owners, and the person who gave a sample").check()
    owner.locator("#playing").get_by_role("button", name="Save").click()
    expect(owner.get_by_label("Maintainers, owners, and the person who gave a sample")).to_be_checked()
    # The list of somebody who looks at it is locked without a reload.
    expect(colleague.locator("[data-number='6'][data-locked]")).to_be_visible()
    expect(colleague.locator("[data-cards] path")).to_have_count(0)
    expect(owner.locator("[data-number='6'] path")).to_have_count(1)
    colleague.locator("[data-number='6'] [data-open]").focus()
    colleague.keyboard.press("Space")
    expect(colleague.locator("[data-status]")).to_contain_text("You may not play this sample")
    expect(colleague.locator("[data-detail] .notice.info")).to_contain_text("Only those who manage")
    colleague.keyboard.press("2")
    expect(colleague.locator("[data-number='6'] b")).to_have_text("knock")
    for page in (owner, colleague):
        assert findings(page, LOOKS) == []
        page.set_viewport_size(PHONE)
        assert findings(page, LOOKS) == []
