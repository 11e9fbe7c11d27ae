"""Two people write one app at once, in two real browsers."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import (
    PATIENCE,
    create,
    expect_running,
    expect_saved,
    give_role,
    invite,
    join,
    open_file,
    sign_in,
)
from tests.support.servers.live_forge import LiveForge

pytestmark = pytest.mark.e2e


def line(page: Page, has: str) -> Locator:
    return page.get_by_role("textbox", name="Runefile.yml").locator(".cm-line").filter(has_text=has).first


def requests_of(page: Page) -> list[str]:
    """The addresses of the API that the page asks from now on."""
    addresses: list[str] = []

    def note(request: Request) -> None:
        address = urlsplit(request.url).path
        if address.startswith("/api/"):
            addresses.append(address)

    page.on("request", note)
    return addresses


def test_two_people_see_each_other_and_each_takes_back_only_what_is_their_own(
    forge: LiveForge, open_page: OpenPage
) -> None:
    owner, colleague = open_page(), open_page()
    sign_in(owner, forge.printed_link())
    create(owner, "Digits")
    studio = owner.url
    join(colleague, invite(owner, "developer"), "Jo Okafor")
    for page in (owner, colleague):
        page.goto(studio)
        expect_running(page)

    # Who is here, where, and under which name.
    there = owner.get_by_role("list", name="Who is here").get_by_role("button", name="Jo Okafor is in Runefile.yml")
    expect(there).to_be_visible(timeout=PATIENCE)
    line(colleague, "capability: IMAGE").click()
    colleague.keyboard.press("End")
    expect(line(owner, "capability: IMAGE").locator(".caret-name")).to_have_text("Jo Okafor", timeout=PATIENCE)
    colleague.keyboard.press("Shift+Home")
    expect(line(owner, "capability: IMAGE").locator(".other-selection").first).to_be_visible(timeout=PATIENCE)

    # Both write into one file; each takes back what is their own.
    colleague.keyboard.press("End")
    colleague.keyboard.type(" # from Jo")
    line(owner, "# 28 x 28").click()
    owner.keyboard.press("End")
    owner.keyboard.type(" From the owner.")
    for page in (owner, colleague):
        expect(line(page, "# from Jo")).to_be_visible(timeout=PATIENCE)
        expect(line(page, "From the owner.")).to_be_visible(timeout=PATIENCE)
    owner.keyboard.press("Control+z")
    for page in (owner, colleague):
        expect(line(page, "From the owner.")).to_have_count(0, timeout=PATIENCE)
        expect(line(page, "# from Jo")).to_be_visible()
    # A letter that the owner deleted comes back, though Jo writes in it elsewhere.
    line(owner, "# from Jo").click()
    owner.keyboard.press("End")
    owner.keyboard.press("Backspace")
    expect(line(colleague, "# from Jo")).to_have_count(0, timeout=PATIENCE)
    line(colleague, "# from J").click()
    colleague.keyboard.press("End")
    colleague.keyboard.press("Control+ArrowLeft")
    colleague.keyboard.press("Control+ArrowLeft")
    colleague.keyboard.type("(")
    # The caret of the other stands in the line as an element with a name.
    colleague.keyboard.press("Home")
    for page in (owner, colleague):
        expect(line(page, "# (from J")).to_be_visible(timeout=PATIENCE)
    owner.keyboard.press("Control+z")
    for page in (owner, colleague):
        expect(line(page, "# (from Jo")).to_be_visible(timeout=PATIENCE)
    # A word that Jo changed stays as Jo left it, and the page says why.
    line(owner, "# (from Jo").click()
    owner.keyboard.press("End")
    owner.keyboard.type(" wide")
    expect(line(colleague, "from Jo wide")).to_be_visible(timeout=PATIENCE)
    line(colleague, "from Jo wide").click()
    colleague.keyboard.press("End")
    colleague.keyboard.type("st")
    expect(line(owner, "from Jo widest")).to_be_visible(timeout=PATIENCE)
    owner.keyboard.press("Control+z")
    expect(owner.get_by_text("Your edit was not undone: the same word was changed since")).to_be_visible()
    expect(line(owner, "from Jo widest")).to_be_visible()
    expect_saved(colleague)
    expect_running(colleague)

    # An edit that leaves the rune the same costs nothing; its event brings what each page asked for twice.
    for page in (owner, colleague):
        expect(page.locator(".studio")).to_have_attribute("data-language", "browser", timeout=PATIENCE)
    requests = {page: requests_of(page) for page in (owner, colleague)}
    line(owner, "# 28 x 28").click()
    owner.keyboard.press("End")
    owner.keyboard.type(" Counted.")
    for page in (owner, colleague):
        expect(line(page, "Counted.")).to_be_visible(timeout=PATIENCE)
        expect_saved(page)
        expect_running(page)
    assert list(requests.values()) == [[], []]

    # A person is where their file is, and choosing them goes there, and along with them until one works oneself.
    open_file(colleague, "labels.txt")
    button = owner.get_by_role("list", name="Who is here").get_by_role("button", name="Jo Okafor is in labels.txt")
    button.click(timeout=PATIENCE)
    expect(owner.get_by_role("tab", name="labels.txt")).to_have_attribute("aria-selected", "true")
    open_file(colleague, "README.md")
    expect(owner.get_by_role("tab", name="README.md")).to_have_attribute("aria-selected", "true", timeout=PATIENCE)
    here = owner.get_by_role("list", name="Who is here").get_by_role("button", name="Jo Okafor")
    expect(here).to_have_attribute("aria-pressed", "true")
    owner.keyboard.press("Escape")
    expect(here).to_have_attribute("aria-pressed", "false")
    open_file(colleague, "labels.txt")
    expect(owner.get_by_role("tab", name="README.md")).to_have_attribute("aria-selected", "true")

    # Another role reaches the open page, both ways: what it cannot do any more is not offered.
    text = colleague.get_by_role("textbox", name="labels.txt")
    for role, editable in (("viewer", False), ("developer", True)):
        give_role(owner, "workshop", "Jo Okafor", role)
        expect(text).to_be_editable(editable=editable, timeout=PATIENCE)

    # The mark of who is here goes with the page.
    colleague.close()
    expect(owner.get_by_role("list", name="Who is here")).to_have_count(0, timeout=PATIENCE)
