"""Teach in the browser: labels from five drawings each, an answer at once, undo, saving, and the change request."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.support.browsers.accessibility import LOOKS, findings
from tests.support.browsers.pages import DESKTOP, PHONE, OpenPage
from tests.support.browsers.studio import create, draw, sign_in
from tests.support.patience import PATIENCE
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

LONG = PATIENCE * 1000
Stroke = tuple[tuple[float, float], ...]
MICROPHONE = """
navigator.mediaDevices.getUserMedia = async () => {
    const context = new AudioContext();
    const target = context.createMediaStreamDestination();
    window.tone = context.createOscillator();
    window.tone.type = "sawtooth";
    window.tone.connect(target);
    window.tone.start();
    return target.stream;
};
"""
"""The microphone hears a tone, whose pitch a test chooses."""
MOTION = """
window.pace = 2;
setInterval(() => {
    const angle = (performance.now() / 1000) * 2 * Math.PI * window.pace;
    const [x, y, z] = [6 * Math.sin(angle), 3 * Math.cos(angle), 9.81];
    dispatchEvent(new DeviceMotionEvent("devicemotion", { accelerationIncludingGravity: { x, y, z } }));
}, 20);
"""
"""The motion sensor of a wrist that goes round, so many times a second as a test chooses."""


def tick(shift: float) -> Stroke:
    return ((0.25 + shift, 0.5), (0.4 + shift, 0.75), (0.75 + shift, 0.25))


def gate(shift: float) -> Stroke:
    return ((0.3 + shift, 0.8), (0.3 + shift, 0.25), (0.7 + shift, 0.25), (0.7 + shift, 0.8))


def teach(page: Page, name: str, strokes: list[Stroke]) -> None:
    page.get_by_label("New label").fill(name)
    page.get_by_role("button", name="Add", exact=True).click()
    for number, stroke in enumerate(strokes, 1):
        draw(page, [stroke])
        page.get_by_role("button", name=f"Record an example of {name}").click()
        expect(page.get_by_role("list", name=f"Examples of {name}").get_by_role("listitem")).to_have_count(number)


def test_a_rune_is_taught_two_marks_and_saved(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    project = page.url.removesuffix("/studio")
    page.goto(f"{project}/training")
    page.get_by_role("link", name="Teach").click()
    requests: list[Request] = []
    page.on("request", lambda request: requests.append(request) if request.method == "POST" else None)
    expect(page.get_by_label("New label")).to_be_visible(timeout=LONG)
    shifts = [-0.08, -0.04, 0.0, 0.04, 0.08]
    teach(page, "tick", [tick(shift) for shift in shifts])
    teach(page, "gate", [gate(shift) for shift in shifts])

    draw(page, [tick(0.02)])
    answer = page.get_by_label("What it says now")
    expect(answer.locator("b")).to_have_text("tick")
    draw(page, [gate(-0.02)])
    expect(answer.locator("b")).to_have_text("gate")

    page.get_by_role("textbox", name="Name of the label gate").fill("door")
    page.keyboard.press("Enter")
    expect(answer.locator("b")).to_have_text("door")
    page.get_by_role("button", name="Remove Example 5 of door").click()
    expect(page.get_by_text("More examples are needed: 1 of door.")).to_be_visible()
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    page.get_by_role("button", name="Undo removing an example of door").click()
    for looks in (PHONE, DESKTOP):
        page.set_viewport_size(looks)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert findings(page, LOOKS) == []

    assert [request.url.rsplit("/", 1)[1] for request in requests] == ["watch"]
    page.get_by_role("button", name="Save", exact=True).click(timeout=LONG)
    page.wait_for_url(re.compile(r"/training/1$"), timeout=LONG)
    (save_request,) = (request for request in requests if request.url.endswith("/training/teach"))
    assert len(save_request.post_data or "") < 10_000
    expect(page.get_by_role("row", name=re.compile("door 5 [0-5]"))).to_be_visible()
    page.route("**/accounts/session", lambda route: _read_again(page, route))
    page.get_by_role("button", name="Use this model").click()
    page.wait_for_url(re.compile(r"/change-requests/1$"), timeout=LONG)
    expect(page.get_by_text("taught.weights.txt").first).to_be_visible()


def _read_again(page: Page, route: Route) -> None:
    """Replaces what the page shows, as an event does, while a pressed form asks who is signed in."""
    page.evaluate(
        "() => { const now = document.querySelector('[data-training-now]'); now.replaceWith(now.cloneNode(true)) }"
    )
    route.continue_()


def test_a_rune_that_tells_nothing_apart_says_why(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Sine")
    page.goto(f"{page.url.removesuffix('/studio')}/training/teach")
    expect(page.get_by_role("alert")).to_contain_text("it tells no labels apart")
    assert findings(page, LOOKS) == []


def record(page: Page, name: str, count: int) -> None:
    """Records examples of a label, one after the other: each takes what comes after the press."""
    examples = page.get_by_role("list", name=f"Examples of {name}").get_by_role("listitem")
    for number in range(1, count + 1):
        page.get_by_role("button", name=f"Record an example of {name}").click(timeout=LONG)
        expect(examples).to_have_count(number, timeout=LONG)


def add_label(page: Page, name: str) -> None:
    page.get_by_label("New label").fill(name)
    page.get_by_role("button", name="Add", exact=True).click()


@pytest.mark.parametrize(
    ("template", "sensor", "start", "setting", "values"),
    [
        ("Spoken words", MICROPHONE, "Start listening", "tone.frequency.value", (180, 1900)),
        ("Exercises", MOTION, "Start the motion sensor", "pace", (0.4, 3)),
    ],
    ids=["microphone", "motion sensor"],
)
def test_a_live_sensor_teaches_two_labels(
    forge: LiveForge,
    open_page: OpenPage,
    template: str,
    sensor: str,
    start: str,
    setting: str,
    values: tuple[float, float],
) -> None:
    page = open_page()
    page.add_init_script(sensor)
    sign_in(page, forge.printed_link())
    create(page, template)
    page.goto(f"{page.url.removesuffix('/studio')}/training/teach")
    page.get_by_role("button", name=start).click(timeout=LONG)
    answer = page.get_by_label("What it says now").locator("b")
    for name, value in zip(("low", "high"), values, strict=True):
        page.evaluate(f"window.{setting} = {value}")
        add_label(page, name)
        record(page, name, 5)
    for name, value in zip(("low", "high", "low"), (*values, values[0]), strict=True):
        page.evaluate(f"window.{setting} = {value}")
        expect(answer).to_have_text(name, timeout=LONG)
    page.get_by_role("button", name="Save", exact=True).click(timeout=LONG)
    page.wait_for_url(re.compile(r"/training/1$"), timeout=LONG)
    expect(page.get_by_role("row", name=re.compile("high 5 [45]"))).to_be_visible()
