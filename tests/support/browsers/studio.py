"""The studio as a person uses it: words for what a test does on the page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from playwright.sync_api import Locator, Page, Route, expect

from tests.support import patience
from tests.support.browsers.finger_digits import STROKES

RUNNING = "Up to date"
PASSWORD = "a long enough secret 7"
PATIENCE = int(1000 * patience.PATIENCE)
"""Milliseconds after which something that should have happened has not; no measure of how fast it is."""

FETCHED_OF_RUNES = """() => performance.getEntriesByType("resource")
  .map(({ name }) => new URL(name).pathname)
  .filter((path) => path.endsWith("/rune") || path.startsWith("/player/"))"""
"""The addresses of runes, of what runs them and of their examples that a page has fetched."""


@contextmanager
def delayed(page: Page, address: str) -> Iterator[None]:
    """Lets what a page fetches from matching addresses arrive only when the block ends."""
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    page.route(address, hold)
    try:
        yield
    finally:
        for route in waiting:
            route.continue_()
        page.unroute(address)
    assert waiting, f"nothing was fetched from {address}"


def sign_in(page: Page, link: str) -> None:
    page.goto(link)
    expect(page.get_by_role("heading", name="Start from something that works")).to_be_visible(timeout=PATIENCE)


def create(page: Page, template: str) -> None:
    """Makes a project from a template on the first page, and waits until it runs in the studio."""
    for summary in page.locator("details.more-templates:not([open]) > summary").all():
        summary.click()
    page.get_by_role("button", name=template).first.click()
    page.wait_for_url("**/studio")
    expect_running(page)


def invite(page: Page, role: str) -> str:
    """The link by which someone gets a role in the organisation whose page or project is open; the page of its members
    is open afterwards."""
    page.goto("/".join(page.url.split("/")[:4]) + "/-/members")
    page.get_by_label("Role of the invited person").select_option(role)
    page.get_by_role("button", name="Make a link").click()
    return page.get_by_label("Invitation link").input_value()


def join(page: Page, invitation: str, name: str) -> None:
    """Opens an account by an invitation, as `colleague_email` of the name."""
    page.goto(invitation)
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Email").fill(colleague_email(name))
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Join").click()
    page.wait_for_url(lambda url: "/join" not in url)


def colleague_email(name: str) -> str:
    return f"{name.split()[0].lower()}@acme.example"


def preview(page: Page) -> str:
    """The preview's status line."""
    return page.get_by_role("region", name="Preview").get_by_role("status").first.inner_text()


def expect_running(page: Page) -> None:
    """Waits until the running rune is that of the text."""
    status = page.get_by_role("region", name="Preview").get_by_role("status").first
    expect(status).to_have_text(RUNNING, timeout=PATIENCE)


def expect_saved(page: Page) -> None:
    expect(page.get_by_role("banner").get_by_role("status")).to_have_text("Saved", timeout=PATIENCE)


def open_file(page: Page, name: str) -> None:
    page.get_by_role("tree", name="Files").get_by_role("treeitem", name=name).click()
    expect(page.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")


def replace_in_editor(page: Page, name: str, old: str, new: str) -> None:
    """Types `new` over the text of the first line that has `old` in it; the indentation stays."""
    page.get_by_role("textbox", name=name).locator(".cm-line").filter(has_text=old).first.click()
    page.keyboard.press("Home")
    page.keyboard.press("Shift+End")
    page.keyboard.insert_text(new)


def write(field: Locator, text: str) -> None:
    """Types over what a field of a form holds, key by key: Playwright's `fill` is not noticed by React in Firefox."""
    field.press("Control+a")
    field.press_sequentially(text)


def draw_digit(page: Page, digit: str) -> None:
    """Draws with the mouse on the sheet, in the middle, as large as a person would."""
    draw(page, [[(0.3 + 0.4 * x, 0.2 + 0.6 * y) for x, y in stroke] for stroke in STROKES[digit]])


def draw(page: Page, strokes: Sequence[Sequence[tuple[float, float]]]) -> None:
    """Draws with the mouse on a clear sheet. The corners of each stroke are from 0 to 1 of the sheet's sides."""
    clear = page.get_by_role("button", name="Clear")
    if clear.is_enabled():
        clear.click()
    sheet = page.get_by_role("application", name="Drawing sheet")
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    assert box is not None
    for stroke in strokes:
        corners = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
        page.mouse.move(*corners[0])
        page.mouse.down()
        for corner in corners[1:]:
            page.mouse.move(*corner, steps=10)
        page.mouse.up()


def run_strangers_rune(page: Page) -> None:
    """Runs the rune of a page whose reader is no member of its organisation. Nothing of it was fetched before."""
    button = page.get_by_role("button", name=re.compile("^Run .* in the sandbox$"))
    expect(button).to_be_visible()
    expect(page.locator("[data-player] iframe")).to_have_count(0)
    assert page.evaluate(FETCHED_OF_RUNES) == []
    button.click()
    expect(button).to_have_count(0)


def expect_label(page: Page, output: str, label: str) -> None:
    """Waits until an output's card says the label, large."""
    card = page.get_by_role("region", name=f"Output {output}")
    expect(card.get_by_role("paragraph").first).to_have_text(label, timeout=PATIENCE)


def put_file(page: Page, path: str, data: bytes) -> None:
    """Writes a file of the studio's project as a program would: over the API, and not in the studio.

    The page itself fetches nothing: its console would call it an error that a new file is not there yet.
    """
    server, organisation, project = page.url.removesuffix("/studio").rsplit("/", 2)
    address = f"{server}/api/v1/projects/{organisation}/{project}/files/{path}"
    token = next(each["value"] for each in page.context.cookies() if each["name"] == "csrftoken")
    etag = page.request.head(address).headers.get("etag")
    condition = {} if etag is None else {"If-Match": etag}
    headers = {"X-CSRFToken": token, "Content-Type": "application/octet-stream", **condition}
    answer = page.request.put(address, data=data, headers=headers)
    assert answer.ok, answer.text()


ROLE = """async ([organisation, name, role]) => {
  const token = /csrftoken=([^;]+)/.exec(document.cookie)[1];
  const address = `/api/v1/organisations/${organisation}/members`;
  const { members } = await (await fetch(address)).json();
  const { id } = members.find((member) => member.name === name);
  const seen = (await fetch(`${address}/${id}`)).headers.get("ETag");
  const headers = { "X-CSRFToken": token, "Content-Type": "application/json", "If-Match": seen };
  const answer = await fetch(`${address}/${id}`, { method: "PATCH", body: JSON.stringify({ role }), headers });
  if (!answer.ok) throw new Error(await answer.text());
}"""


def give_role(page: Page, organisation: str, name: str, role: str) -> None:
    """Gives a member another role, as a program would with the rights of the page's person."""
    page.evaluate(ROLE, [organisation, name, role])


def choose(page: Page, name: str, data: bytes, label: str = "Choose a rune") -> None:
    page.get_by_label(label, exact=True).and_(page.locator("input")).set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    )


def publish(page: Page, project: str) -> None:
    """Builds what is written, and publishes it as 1.0."""
    page.goto(f"{project}/builds")
    page.get_by_role("button", name="Build").first.click()
    expect(page.get_by_role("heading", name="Try it")).to_be_visible(timeout=PATIENCE)
    page.goto(f"{page.url}/publish")
    page.get_by_role("textbox", name="Tag").fill("1.0")
    page.get_by_role("button", name="Publish build").click()
    expect(page.get_by_role("heading", name="1.0")).to_be_visible(timeout=PATIENCE)


def ask_for_review(developer: Page, reviewer: Page) -> str:
    """Builds the project that the developer has in the studio, lets the reviewer join by an invitation, and asks for a
    review of the build. Returns the project's address; the page of the review is open."""
    developer.get_by_role("button", name="Build", exact=True).click()
    expect(developer.get_by_role("link", name="Build 1 ok")).to_be_visible(timeout=PATIENCE)
    project = developer.url.removesuffix("/studio")
    join(reviewer, invite(developer, "reviewer"), "Ana Lind")
    developer.goto(f"{project}/builds/1/ask")
    developer.get_by_label("What to review").fill("Reads faint pencil")
    developer.get_by_role("checkbox").first.check()
    developer.get_by_role("button", name="Ask for a review").click()
    expect(developer.get_by_role("heading", name="Reads faint pencil")).to_be_visible(timeout=PATIENCE)
    return project
