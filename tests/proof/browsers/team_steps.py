"""Four people in four browsers, and the steps that several of them take."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.support.browsers.accessibility import findings
from tests.support.browsers.studio import PATIENCE


@dataclass(frozen=True)
class StudioTeam:
    """The pages of the four, each in a browser of its own, and where the project is."""

    owner: Page
    developer: Page
    reviewer: Page
    guest: Page
    project: str

    @property
    def organisation(self) -> str:
        return self.project.rpartition("/")[0]

    @property
    def review(self) -> str:
        return f"{self.project}/reviews/1"


def is_above(answer: Locator, verdict: Locator, page: Page) -> bool:
    """Returns whether both are in view, the answer above."""
    upper, lower, size = answer.bounding_box(), verdict.bounding_box(), page.viewport_size
    assert upper is not None
    assert lower is not None
    assert size is not None
    above = upper["y"] + upper["height"] <= lower["y"] + 1
    return upper["y"] >= 0 and above and lower["y"] + lower["height"] <= size["height"]


def look_closely(page: Page) -> None:
    """axe finds nothing, light and wide, dark and narrow; the page has its own size again."""
    size = page.viewport_size
    assert size is not None
    assert findings(page) == []
    page.set_viewport_size(size)


def build(page: Page, team: StudioTeam, number: int, pattern: str) -> None:
    """Presses Build in the studio, and waits for what it says of the samples."""
    page.get_by_role("button", name="Build", exact=True).click()
    expect(page.get_by_role("link", name=f"Build {number} ok")).to_be_visible(timeout=2 * PATIENCE)
    panel = page.get_by_role("region", name="Problems and builds")
    expect(panel.get_by_text(re.compile(pattern)).first).to_be_visible(timeout=2 * PATIENCE)
    page.goto(f"{team.project}/builds/{number}")
    expect(page.get_by_role("heading", name=f"Build {number} of")).to_be_visible(timeout=PATIENCE)


def publish(page: Page, team: StudioTeam, number: int, tag: str) -> None:
    page.goto(f"{team.project}/builds/{number}/publish")
    page.get_by_role("textbox", name="Tag").fill(tag)
    with page.expect_navigation():  # the page of before has nearly the same words
        page.get_by_role("button", name="Publish build").click()


def types(messages: Sequence[tuple[dict[str, str], str]]) -> set[str]:
    """Returns the types of the messages."""
    return {str(json.loads(body)["type"]) for _, body in messages}


def until(is_so: Callable[[], bool], page: Page, otherwise: str) -> None:
    """Waits for something outside of the browser."""
    deadline = time.monotonic() + 2 * PATIENCE / 1000
    while not is_so():
        assert time.monotonic() < deadline, otherwise
        page.wait_for_timeout(200)
