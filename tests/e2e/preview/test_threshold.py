"""A threshold is tuned on the project's recordings: the line moves, the counts follow, one press writes the number."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsers.accessibility import findings
from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import PATIENCE, create, sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

CALLS = Path(__file__).resolve().parents[3] / "examples" / "wake-word" / "two-calls.wav"
SEND = """async ([bytes, label]) => {
  const [, organisation, name] = location.pathname.split("/");
  const api = `/api/v1/projects/${organisation}/${name}/samples`;
  const terms = await (await fetch(`${api}/terms?days=7`)).json();
  const query = new URLSearchParams({ label, days: 7, consent: terms.text });
  const token = document.cookie.match(/csrftoken=([^;]+)/)[1];
  const answer = await fetch(`${api}?${query}`, {
    method: "POST",
    body: Uint8Array.from(bytes),
    headers: { "Content-Type": "application/octet-stream", "X-CSRFToken": token },
  });
  return answer.status;
}"""

HAS_LINE = """async (line) => {
  const [, organisation, name] = location.pathname.split("/");
  const text = await (await fetch(`/api/v1/projects/${organisation}/${name}/files/Runefile.yml`)).text();
  return text.split("\\n").includes(line);
}"""


def test_a_threshold_is_dragged_counted_written_and_taken_back(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Wake word")
    assert page.evaluate(SEND, [list(CALLS.read_bytes()), "okay hammer"]) == 201
    card = page.get_by_role("region", name="Output score")
    line = card.get_by_role("slider", name="Threshold of score")
    expect(line).to_have_attribute("aria-valuenow", "0.8", timeout=PATIENCE)
    card.get_by_role("button", name="Count on the project's recordings").click()
    counts = card.get_by_label("At this threshold")
    expect(counts).to_contain_text("0 of 1 recording:", timeout=PATIENCE)
    expect(counts).to_contain_text("0 in 11 s")
    expect(card.get_by_text("Too few samples for a precise figure.")).to_be_visible()

    # By keys to the end: nothing reaches it.
    line.press("End")
    expect(line).to_have_attribute("aria-valuenow", "1")
    expect(counts).to_contain_text("1 of 1 recording:")
    drag(page, up=-40)
    expect(line).not_to_have_attribute("aria-valuenow", "1")
    expect(counts).to_contain_text("0 of 1 recording:")
    value = line.get_attribute("aria-valuenow")
    assert findings(page) == []
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    # One press, and one undo.
    card.get_by_role("button", name=re.compile("^Set on of awake to")).click()
    page.wait_for_function(HAS_LINE, arg=f"      on: {value}", timeout=PATIENCE)
    page.get_by_role("textbox", name="Runefile.yml").press("Control+z")
    page.wait_for_function(HAS_LINE, arg="      on: 0.8", timeout=PATIENCE)


def drag(page: Page, up: int) -> None:
    """Drags the line with the mouse by so many pixels."""
    line = page.get_by_role("slider", name="Threshold of score")
    line.scroll_into_view_if_needed()
    box = line.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 3, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - up, steps=4)
    page.mouse.up()
