"""The core journeys in WebKit, Safari's engine: two people, from the sign-in link to a rune that a visitor tries."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.browsers.finger_digits import STROKES
from tests.support.browsers.webkit import WebKit
from tests.support.servers.live_forge import LiveForge
from tools.browser import WEBKIT, mini_browser

pytestmark = pytest.mark.proof

RUNNING = "Up to date"
TEXT = """return [...document.querySelectorAll(".cm-line")].map((line) => {
  const alone = line.cloneNode(true);
  alone.querySelectorAll(".caret").forEach((caret) => caret.remove());
  return alone.textContent;
})"""
"""The lines in the editor, without the carets of others."""
OpenPage = Callable[..., WebKit]
Record = Callable[[str, object], None]


@pytest.fixture
def open_page(record_property: Record) -> Iterator[OpenPage]:
    """A window of a person of its own; at the end, no page may have logged an error or broken a policy."""
    binary = mini_browser()
    if binary is None:
        pytest.skip(f"no WebKit on this machine; on Debian: sudo apt-get install {' '.join(WEBKIT)}")
    with ExitStack() as stack:
        pages: list[WebKit] = []

        def opened(sound: Mapping[str, str] | None = None) -> WebKit:
            page = stack.enter_context(WebKit(binary, sound))
            pages.append(page)
            record_property("browser", f"WebKitGTK {page.version}")
            return page

        yield opened
        complaints = [line for page in pages for line in page.complaints]
    assert complaints == []


@pytest.fixture
def forge(tmp_path: Path) -> Iterator[LiveForge]:
    with LiveForge(tmp_path / "data") as running:
        yield running


def test_two_people_make_a_rune_and_a_visitor_tries_it(forge: LiveForge, open_page: OpenPage) -> None:
    page, colleague = open_page(), open_page()
    create(page, forge, "Digits")
    studio = page.address
    draw(page, "7")
    expect_answer(page, "7")

    colleague.go(forge.link("jo@acme.example"))
    colleague.find("main")
    join(page, colleague, forge, studio)
    for person in (page, colleague):
        person.go(studio)
        expect_running(person)
    edit_together(page, colleague)
    draw(page, "7")
    expect_answer(page, "seven")

    see_a_mistake_and_mend_it(page)
    address = build_and_publish(page)
    review(colleague, forge.address + address)
    show_to_the_world(page, studio)
    visitor = open_page()
    visitor.go(studio.removesuffix("/studio"))
    draw(visitor, "1")
    expect_answer(visitor, "1")


def create(page: WebKit, forge: LiveForge, template: str) -> None:
    """Signs the first person in and makes a project from a template."""
    page.go(forge.printed_link())
    page.find("heading", "Start from something that works")
    page.click("button", template)
    expect_running(page)


def expect_running(page: WebKit) -> None:
    page.find("status", text=RUNNING, inside=page.find("region", "Preview"))


def expect_answer(page: WebKit, answer: str, output: str = "answer") -> None:
    card = page.find("region", f"Output {output}")
    page.until(lambda: first_paragraph(page, card) == answer, f"the answer {answer}")


def first_paragraph(page: WebKit, card: object) -> object:
    return page.run("return arguments[0].isConnected ? arguments[0].querySelector('p')?.textContent : null", card)


def draw(page: WebKit, digit: str) -> None:
    page.draw(
        "application",
        "Drawing sheet",
        [[(0.3 + 0.4 * x, 0.2 + 0.6 * y) for x, y in stroke] for stroke in STROKES[digit]],
    )


def open_file(page: WebKit, name: str) -> None:
    page.click("treeitem", name)
    page.find("textbox", name)


def replace_line(page: WebKit, old: str, new: str) -> None:
    page.click("line", text=old)
    page.press("Home")
    page.press("Shift+End")
    page.write(new)


def join(owner: WebKit, colleague: WebKit, forge: LiveForge, studio: str) -> None:
    """The colleague, who is signed in, opens a link that the owner made."""
    organisation = studio.split("/")[3]
    owner.go(f"{forge.address}/{organisation}/-/members")
    select = owner.find("select", "Role of the invited person")
    owner.run("arguments[0].value = 'developer'; arguments[0].dispatchEvent(new Event('change'))", select)
    owner.click("button", "Make a link")
    link = owner.run("return arguments[0].value", owner.find("textbox", "Invitation link"))
    colleague.go(str(link))
    colleague.click("button", "Join")
    colleague.until(lambda: "/join" not in colleague.address, "joined")


def edit_together(owner: WebKit, colleague: WebKit) -> None:
    """Lets both write into one file at once and checks that they see the same; the language answers from the page's
    own Python."""
    for person in (owner, colleague):
        expect_own_language(person)
        person.find("line", text="# 28 x 28")
    owner.click("line", text="# 28 x 28")
    owner.press("End")
    colleague.click("line", text="capability: IMAGE")
    colleague.press("End")
    for mine, theirs in zip(" From the owner.", "   # from Jo too", strict=True):
        owner.write(mine)
        colleague.write(theirs)
    for person in (owner, colleague):
        person.find("line", text="# from Jo too")
        person.find("line", text="From the owner.")
    assert owner.run(TEXT) == colleague.run(TEXT)
    open_file(colleague, "labels.txt")
    replace_line(colleague, "7", "seven")
    expect_running(owner)


def expect_own_language(page: WebKit) -> None:
    page.until(lambda: page.run("return document.querySelector(\"[data-language='browser']\") !== null"), "Pyodide")


def see_a_mistake_and_mend_it(page: WebKit) -> None:
    replace_line(page, "inputs: [drawing]", "inputs: [drawinng]")
    page.find("status", text="is fixed", inside=page.find("region", "Preview"))
    expect_answer(page, "seven")
    page.click("tab", "Problems 1")
    page.click("button", "Change to drawing")
    expect_running(page)
    page.find("line", text="inputs: [drawing]")


def build_and_publish(page: WebKit) -> str:
    """The address of the build's page."""
    page.click("button", "Build")
    panel = page.find("region", "Problems and builds")
    page.click("button", "Publish", inside=panel)
    dialog = page.find("dialog")
    page.click("textbox", "Tag", inside=dialog)
    page.press("Control+a")
    page.write("1.0")
    page.click("button", "Publish", inside=dialog)
    page.find("dialog", text="Published as 1.0")
    page.press("Escape")
    return str(page.run("return arguments[0].getAttribute('href')", page.find("link", "Build page", inside=panel)))


def review(page: WebKit, address: str) -> None:
    page.go(address)
    draw(page, "3")
    expect_answer(page, "3")
    page.click("button", "Approve")
    page.until(lambda: re.search("Approved", page.run("return document.body.innerText")), "approved")


def show_to_the_world(page: WebKit, studio: str) -> None:
    page.go(f"{studio.removesuffix('/studio')}/settings")
    page.click("radio", "Public")
    page.click("button", "Save")
    page.find("status", text="Saved.")
