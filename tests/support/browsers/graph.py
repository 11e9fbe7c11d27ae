"""The graph as a person uses it: words for what a test does on the canvas, and the text that comes of it."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.support.browsers.studio import PATIENCE, expect_saved, write


def runefile(page: Page) -> str:
    """The text as the forge has it."""
    expect_saved(page)
    address, organisation, name = page.url.removesuffix("/studio").rsplit("/", 2)
    answer = page.request.get(f"{address}/api/v1/projects/{organisation}/{name}/files/Runefile.yml")
    assert answer.ok
    return answer.text()


def write_runefile(page: Page, text: str) -> None:
    """Writes another text, as someone else writes it; the page sees it come."""
    address, organisation, name = page.url.removesuffix("/studio").rsplit("/", 2)
    token = next(each["value"] for each in page.context.cookies() if each["name"] == "csrftoken")
    file = f"{address}/api/v1/projects/{organisation}/{name}/files/Runefile.yml"
    etag = page.request.head(file).headers["etag"]
    answer = page.request.put(
        file,
        data=text.encode(),
        headers={"X-CSRFToken": token, "Referer": address, "Content-Type": "text/plain", "If-Match": etag},
    )
    assert answer.ok, answer.text()


def wait_for_text(page: Page, holds: Callable[[str], bool]) -> str:
    """The text as soon as it is as it should be."""
    for _ in range(PATIENCE // 100):
        text = runefile(page)
        if holds(text):
            return text
        page.wait_for_timeout(100)
    raise AssertionError(text)


def comments(text: str) -> set[str]:
    return set(re.findall(r"#.*", text))


def stage(page: Page, name: str) -> Locator:
    return page.locator(f'[data-stage="{name}"]')


def port(page: Page, stage: str, side: str, index: int) -> Locator:
    return page.locator(f'.react-flow__handle[data-nodeid="{stage}"][data-handleid="{side} {index}"]')


def show_graph(page: Page) -> None:
    page.get_by_role("group", name="View").get_by_role("button", name="Graph").click()
    expect(page.locator("[data-stage]").first).to_be_visible(timeout=PATIENCE)


def open_palette(page: Page, words: str) -> Locator:
    """The palette with what is found for some words; the first of it can be dragged or pressed."""
    palette = page.get_by_role("region", name="Add a stage")
    if palette.count() == 0:
        page.get_by_role("button", name="Add a stage").click()
    write(palette.get_by_role("searchbox"), words)
    return palette.locator(".add-item").first


def drag(page: Page, start: Locator, end: Locator) -> None:
    # The picture may still move: this waits until it has come to rest.
    start.scroll_into_view_if_needed()
    source, target = start.bounding_box(), end.bounding_box()
    assert source is not None
    assert target is not None
    page.mouse.move(source["x"] + source["width"] / 2, source["y"] + source["height"] / 2)
    page.mouse.down()
    page.mouse.move(target["x"] - 30, target["y"] - 10, steps=5)
    page.mouse.move(target["x"] + target["width"] / 2, target["y"] + target["height"] / 2, steps=5)
    page.mouse.up()
