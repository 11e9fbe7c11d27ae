"""A graph on three screens: edited by touch on a phone, beside a person who types in its text and one who only
reads."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browsers.graph import comments, drag, port, runefile, show_graph, stage, wait_for_text
from tests.support.browsers.pages import PHONE, OpenPage
from tests.support.browsers.studio import PATIENCE, create, expect_running, invite, join, sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

STEPS = 6


def middle(element: Locator) -> tuple[float, float]:
    box = element.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def swipe(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Swipes with one finger, from here to there."""
    screen = page.context.new_cdp_session(page)
    for step in range(STEPS + 1):
        part = step / STEPS
        x, y = start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part
        kind = "touchMove" if step else "touchStart"
        screen.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    screen.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def phone_of(owner: Page) -> Page:
    """The same person on a phone."""
    browser = owner.context.browser
    assert browser is not None
    context = browser.new_context(
        viewport=PHONE,
        has_touch=True,
        is_mobile=True,
        storage_state=owner.context.storage_state(),
    )
    return context.new_page()


def test_a_graph_is_edited_by_touch_while_another_types_and_a_third_looks(
    forge: LiveForge, open_page: OpenPage
) -> None:
    owner, viewer = open_page(), open_page()
    sign_in(owner, forge.printed_link())
    create(owner, "Digits")
    studio = owner.url
    join(viewer, invite(owner, "viewer"), "Vi Lund")
    for page in (owner, viewer):
        page.goto(studio)
    expect_running(owner)
    show_graph(viewer)
    phone = phone_of(owner)
    faults: list[str] = []
    phone.on("pageerror", lambda error: faults.append(str(error)))
    phone.goto(owner.url)
    phone.get_by_role("navigation", name="Parts of the studio").get_by_role("button", name="Text").tap()
    show_graph(phone)
    expected_comments = comments(runefile(owner))

    # A finger on a port, a finger on a stage; while the first types in the text.
    port(phone, "drawing", "output", 0).tap()
    expect(phone.get_by_text("Choose what reads from")).to_be_visible()
    first = owner.get_by_role("textbox", name="Runefile.yml").locator(".cm-line").filter(has_text="Draw a digit").first
    first.click()
    owner.keyboard.press("End")
    owner.keyboard.insert_text(" And quickly.")
    before = middle(stage(phone, "scores"))
    swipe(phone, (340, 540), (340, 440))
    expect(stage(phone, "scores")).to_be_in_viewport()
    assert middle(stage(phone, "scores"))[1] < before[1]
    stage(phone, "scores").tap()
    text = wait_for_text(owner, lambda text: "inputs: [digits, drawing]" in text)
    assert {each.removesuffix(" And quickly.") for each in comments(text)} == expected_comments
    assert "says which it is. And quickly." in text

    # Drawn from port to port without a stop; each takes back their own last step.
    expect(phone.locator('[data-wire="scores 1"]')).to_be_attached(timeout=PATIENCE)
    for still in (port(phone, "best", "output", 0), stage(phone, "scores")):
        still.tap(trial=True)  # once it has come to its place
    swipe(phone, middle(port(phone, "best", "output", 0)), middle(stage(phone, "scores")))
    wait_for_text(owner, lambda text: "inputs: [digits, drawing, best]" in text)
    expect(port(viewer, "scores", "input", 2)).to_be_attached(timeout=PATIENCE)
    owner.keyboard.press("Control+z")
    wait_for_text(owner, lambda text: "And quickly" not in text)
    text = runefile(owner)
    assert "inputs: [digits, drawing, best]" in text

    # Who only looks sees it all, and nothing that does nothing.
    expect(viewer.get_by_role("button", name="Add a stage")).to_have_count(0)
    stage(viewer, "drawing").click()
    panel = viewer.get_by_role("complementary", name="drawing")
    expect(panel.get_by_text("Pixels in a row.")).to_be_visible(timeout=PATIENCE)
    expect(panel.locator("input:enabled, select:enabled, textarea:enabled, button:disabled")).to_have_count(0)
    buttons = panel.get_by_role("button")
    assert [re.sub(r" \d+$", "", each.get_attribute("aria-label") or each.inner_text()) for each in buttons.all()] == [
        "Close the stage's panel",
        "Watch output",
        "Show in the text",
    ]
    drag(viewer, port(viewer, "drawing", "output", 0), stage(viewer, "scores"))
    stage(viewer, "scores").focus()
    viewer.keyboard.press("Delete")
    viewer.keyboard.press("+")
    expect(viewer.get_by_role("region", name="Add a stage")).to_have_count(0)
    assert runefile(owner) == text
    assert faults == []
