"""The way from own examples to a running app, as a person goes it in a browser: words for what a test presses."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.support.browsers.studio import PATIENCE, expect_label, expect_running

TRAINING = 10 * PATIENCE
"""Milliseconds after which a training that should have ended has not."""
NEEDED = 10
ANSWER = "answer"
"""The output of a trained rune that answers with a label."""


@dataclass(frozen=True)
class Sense:
    """A kind of examples: the words of its door on the home page, of the page, and of what starts its sensor."""

    door: str
    question: str
    start: str


SOUND = Sense("Sound", "Which sound should it hear?", "Start listening")
PICTURE = Sense("Picture", "What should it see?", "Start the camera")


def open_door(page: Page, sense: Sense) -> str:
    """Presses the door of a kind of examples on the home page; returns the address of the project."""
    page.get_by_role("button", name=re.compile(f"^{sense.door}\\b")).first.click()
    expect(page.get_by_role("heading", name=sense.question)).to_be_visible(timeout=PATIENCE)
    return page.url.split("/start")[0]


def name_label(page: Page, name: str) -> None:
    page.get_by_role("textbox", name="Name of the label").fill(name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()


def label_card(page: Page, label: str) -> Locator:
    return page.get_by_label(f"Label {label}", exact=True)


def hold(page: Page, label: str, seconds: float) -> None:
    """Holds the button of a label with the pointer, so long from when the sensor is open."""
    card = label_card(page, label)
    button = card.get_by_role("button", name="Hold to record")
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    expect(card.get_by_role("button", name="Let go to stop")).to_be_visible(timeout=PATIENCE)
    page.wait_for_timeout(1000 * seconds)
    page.mouse.up()


def expect_recorded(page: Page, label: str, count: int = NEEDED) -> None:
    """Waits until a label has so many recordings or more, and none is on its way."""
    card = label_card(page, label)
    expect(card.get_by_text(re.compile(r"^\d+ recordings$"))).to_be_visible(timeout=PATIENCE)
    tiles = card.get_by_role("list", name=f"Recordings of {label}").get_by_role("listitem")
    assert tiles.count() >= count


def train(page: Page) -> None:
    page.get_by_role("button", name="Train", exact=True).click()
    expect_trained(page)


def expect_trained(page: Page) -> None:
    """Waits until the run is finished and its rune is in the page."""
    tag = page.get_by_text("Trained", exact=True)
    expect(tag.or_(page.get_by_role("alert")).first).to_be_visible(timeout=TRAINING)
    expect(tag).to_be_visible()
    expect(page.get_by_label("Threshold", exact=True).get_by_text(re.compile(r"\d of \d heard"))).to_be_visible(
        timeout=PATIENCE
    )


def answer_live(page: Page, sense: Sense, label: str) -> None:
    """Starts the sensor of the trained rune, or of the app in the studio, and waits until it answers with the label."""
    page.get_by_role("button", name=sense.start).click()
    expect_label(page, ANSWER, label)


def use_in_app(page: Page, project: str) -> None:
    page.get_by_role("button", name="Use in my app").click()
    page.wait_for_url(f"{project}/studio", timeout=PATIENCE)
    expect_running(page)
