"""A reviewer marks a wrong result and comments at a moment of a recording; the developer answers and replays it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.support.browsers.accessibility import findings
from tests.support.browsers.pages import PHONE, OpenPage
from tests.support.browsers.studio import (
    PATIENCE,
    ask_for_review,
    create,
    draw_digit,
    expect_label,
    sign_in,
)
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

SEND_SOUND = """async (project) => {
  const token = /csrftoken=([^;]+)/.exec(document.cookie)[1];
  const address = `/api/v1/projects${project}/samples`;
  const { text } = await (await fetch(`${address}/terms`)).json();
  const [rate, seconds] = [8000, 3];
  const bytes = new DataView(new ArrayBuffer(44 + rate * seconds * 2));
  [..."RIFF"].forEach((letter, at) => bytes.setUint8(at, letter.charCodeAt(0)));
  [..."WAVEfmt "].forEach((letter, at) => bytes.setUint8(8 + at, letter.charCodeAt(0)));
  [..."data"].forEach((letter, at) => bytes.setUint8(36 + at, letter.charCodeAt(0)));
  bytes.setUint32(4, bytes.byteLength - 8, true);
  bytes.setUint32(16, 16, true);
  bytes.setUint16(20, 1, true);
  bytes.setUint16(22, 1, true);
  bytes.setUint32(24, rate, true);
  bytes.setUint32(28, rate * 2, true);
  bytes.setUint16(32, 2, true);
  bytes.setUint16(34, 16, true);
  bytes.setUint32(40, rate * seconds * 2, true);
  for (let at = 44; at < bytes.byteLength; at += 2) bytes.setInt16(at, 8000 * Math.sin(at / 9), true);
  const query = new URLSearchParams({ label: "hum", days: "90", consent: text });
  const headers = { "X-CSRFToken": token, "Content-Type": "application/octet-stream" };
  const answer = await fetch(`${address}?${query}`, { method: "POST", body: bytes, headers });
  if (!answer.ok) throw new Error(await answer.text());
}"""


def test_a_wrong_result_is_marked_talked_about_and_replayed(forge: LiveForge, open_page: OpenPage) -> None:
    developer, reviewer = open_page(), open_page(viewport=PHONE)
    sign_in(developer, forge.printed_link())
    create(developer, "Digits")
    project = ask_for_review(developer, reviewer)
    developer.evaluate(SEND_SOUND, project.removeprefix(forge.address))

    # The reviewer, on a phone: a result is wrong, and its input becomes a sample.
    reviewer.goto(f"{project}/reviews/1")
    draw_digit(reviewer, "7")
    expect_label(reviewer, "answer", "7")
    reviewer.get_by_role("button", name="This was wrong").click()
    form = reviewer.get_by_role("form", name="It said 7. What is right?")
    form.get_by_label("The right answer").select_option("1")
    expect(form.get_by_text("can see and hear these recordings")).to_be_visible(timeout=PATIENCE)
    assert findings(reviewer) == []
    form.get_by_role("button", name="I agree, send it").click()
    wrong = "It said 7; right is 1"
    mine = reviewer.get_by_role("article", name="Thread: Wrong result")
    expect(mine).to_contain_text(wrong, timeout=PATIENCE)

    # The developer's page has it without being loaded again; a mention is completed by keys.
    theirs = developer.get_by_role("article", name="Thread: Wrong result")
    expect(theirs).to_contain_text(wrong, timeout=PATIENCE)
    reply = theirs.get_by_role("textbox", name="Reply to Wrong result")
    reply.press_sequentially("Thank you, @an")
    expect(developer.get_by_role("option", name="Ana Lind")).to_be_visible()
    assert findings(developer) == []
    reply.press("Enter")
    expect(reply).to_have_value("Thank you, @Ana Lind ")
    theirs.get_by_role("button", name="Reply").click()
    expect(mine.locator(".mention")).to_have_text("@Ana Lind", timeout=PATIENCE)

    # The draft of the reviewer stays when others speak; the comment is at a moment of a recording.
    reviewer.get_by_role("button", name="Comment at 0.0 s").click()
    field = reviewer.locator("#field-text")
    field.fill("What hums **here**?")
    theirs.get_by_role("button", name="Resolve").click()
    expect(reviewer.get_by_role("link", name="Resolved 1")).to_be_visible(timeout=PATIENCE)
    expect(mine).to_be_hidden()
    expect(field).to_have_value("What hums **here**?")
    reviewer.get_by_role("button", name="Comment", exact=True).click()
    expect(reviewer.get_by_role("article", name="Thread: Sample hum at 0.0 s")).to_contain_text(
        "here", timeout=PATIENCE
    )
    expect(field).to_have_value("")
    assert findings(reviewer) == []

    # One click, and the studio plays the drawing that gave the wrong result.
    expect(developer.get_by_role("article", name="Thread: Sample hum at 0.0 s")).to_be_visible(timeout=PATIENCE)
    expect(developer.get_by_role("link", name="Open 1")).to_have_attribute("aria-current", "page")
    developer.get_by_role("link", name="All 2").press("Enter")
    expect(developer).to_have_url(re.compile("[?]threads=all$"))
    expect(developer.get_by_role("link", name="All 2")).to_be_focused(timeout=PATIENCE)
    theirs.get_by_role("link", name="Replay in the studio").click()
    preview = developer.get_by_role("region", name="Preview")
    expect(preview.get_by_role("button", name="Recording", exact=True)).to_have_attribute(
        "aria-pressed", "true", timeout=PATIENCE
    )
    expect_label(developer, "answer", "7")
