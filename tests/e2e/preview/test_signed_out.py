"""A session ends while its person writes: the studio says so, keeps the edits, and sends them in nobody else's name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Playwright, expect

from tests.support.browsers.pages import OpenPage, launch, people
from tests.support.browsers.studio import (
    PASSWORD,
    PATIENCE,
    colleague_email,
    create,
    draw_digit,
    expect_running,
    expect_saved,
    invite,
    join,
    preview,
    sign_in,
)
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]


STORED = """async () => {
    const names = (await indexedDB.databases()).map(({ name }) => name);
    if (!names.includes("hammer-forge recordings")) return 0;
    return new Promise((resolve, reject) => {
        const opening = indexedDB.open("hammer-forge recordings");
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
            const database = opening.result;
            if (database.objectStoreNames.length === 0) { database.close(); resolve(0); return; }
            const counting = database.transaction("recordings").objectStore("recordings").count();
            counting.onsuccess = () => { database.close(); resolve(counting.result); };
        };
    });
}"""
"""Counts the recordings that this browser stores."""


@pytest.fixture
def open_page(playwright: Playwright) -> Iterator[OpenPage]:
    """Opens a page as everywhere; the browser itself notes that a page was refused, which is what these tests are
    about."""
    with people(lambda microphone: launch(playwright, microphone), lambda text: "401" in text) as opener:
        yield opener


def banner(page: Page) -> Locator:
    return page.get_by_role("alert").filter(has_text="signed")


def write(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Runefile.yml").locator(".cm-line").first.click()
    page.keyboard.press("Home")
    page.keyboard.insert_text(text)


def sign_out_in_another_tab(page: Page) -> None:
    tab = page.context.new_page()
    tab.goto("/".join(page.url.split("/")[:3]))
    tab.locator("details.menu > summary").filter(has_text="Your menu").click()
    tab.get_by_role("button", name="Sign out").click()
    expect(tab.get_by_role("link", name="Sign in").first).to_be_visible(timeout=PATIENCE)
    tab.close()


def sign_in_by_password(page: Page, email: str) -> None:
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def stored(page: Page) -> str:
    """The Runefile as the server has it."""
    address = "/api/v1/projects" + "/" + "/".join(page.url.split("/")[3:5]) + "/files/Runefile.yml"
    return page.evaluate("(address) => fetch(address).then((answer) => answer.text())", address)  # type: ignore[no-any-return]


@pytest.mark.protects("sign-in/next-person", "sign-in/unsent-edits")
def test_a_session_that_ends_loses_nothing_and_its_edits_are_never_anothers(
    forge: LiveForge, open_page: OpenPage
) -> None:
    owner, page = open_page(), open_page()
    sign_in(owner, forge.printed_link())
    create(owner, "Sine")
    studio = owner.url
    invitation = invite(owner, "developer")
    join(page, invitation, "Jo Okafor")
    join(open_page(), invite(owner, "developer"), "Noor Haddad")
    for each in (owner, page):
        each.goto(studio)
        expect_running(each)
        expect_saved(each)

    # Signed out elsewhere: it is said, whether or not anything is typed, and what is typed is kept.
    sign_out_in_another_tab(page)
    expect(banner(page)).to_contain_text("You are signed out. Sign in again; your edits are kept.", timeout=PATIENCE)
    write(page, "# typed while signed out\n")
    status = page.get_by_role("banner").get_by_role("status")
    expect(status).to_have_text("Signed out; your edits are kept", timeout=PATIENCE)
    assert preview(page) == "Sign in again to run your edit"
    page.get_by_role("button", name="Build", exact=True).click()
    expect(page.get_by_text("You are signed out. Sign in again, then build.")).to_be_visible()
    # On a machine that others may use next, nothing of it is written down.
    assert page.evaluate("Object.keys(localStorage).filter((name) => name.includes('unsent'))") == []

    # Someone else signs in: their name is no name for these edits.
    with page.context.expect_page() as opening:
        banner(page).get_by_role("button", name="Sign in").click()
    sign_in_by_password(opening.value, colleague_email("Noor"))
    expect(banner(page)).to_contain_text("Noor Haddad is signed in in this browser now.", timeout=PATIENCE)
    assert "typed while" not in stored(owner)
    with page.expect_download() as downloading:
        banner(page).get_by_role("button", name="Download your edits").click()
    assert downloading.value.path().read_text().startswith("# typed while signed out\n")
    with page.context.expect_page() as opening:
        banner(page).get_by_role("button", name="Sign Noor Haddad out").click()
    opening.value.get_by_role("main").get_by_role("button", name="Sign out").click()

    # The person is back: the page goes on by itself, and the window that they signed in in is closed.
    expect(banner(page)).to_contain_text("You are signed out.", timeout=PATIENCE)
    with page.context.expect_page() as opening:
        banner(page).get_by_role("button", name="Sign in").click()
    window = opening.value
    with window.expect_event("close"):
        sign_in_by_password(window, colleague_email("Jo"))
    expect(banner(page)).to_have_count(0, timeout=PATIENCE)
    expect_saved(page)
    expect_running(page)
    assert stored(page).count("typed while signed out") == 1
    # Writes by requests go on too, with the new session's token.
    page.get_by_role("button", name="Build", exact=True).click()
    expect(page.get_by_role("link", name="Build 1 ok")).to_be_visible(timeout=PATIENCE)

    # A session that ran out, and a page that was closed on top of it: the edits are there after signing in.
    page.context.clear_cookies()
    page.evaluate("WebSocket.prototype.send = function () { this.close(); }")
    write(page, "# typed after it ran out\n")
    expect(banner(page)).to_contain_text("You are signed out.", timeout=PATIENCE)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    sign_in_by_password(page, colleague_email("Jo"))
    page.wait_for_url("**/studio")
    expect(page.get_by_text("of your last visit were restored")).to_be_visible(timeout=PATIENCE)
    expect_saved(page)
    assert stored(page).count("typed after it ran out") == 1
    assert page.evaluate("Object.keys(localStorage).filter((name) => name.includes('unsent'))") == []


def test_a_comment_and_a_model_wait_for_their_person(forge: LiveForge, open_page: OpenPage) -> None:
    owner, page = open_page(), open_page()
    sign_in(owner, forge.printed_link())
    create(owner, "Sine")
    owner.get_by_role("button", name="Build", exact=True).click()
    expect(owner.get_by_role("link", name="Build 1 ok")).to_be_visible(timeout=PATIENCE)
    build_url = owner.url.removesuffix("/studio") + "/builds/1"
    join(page, invite(owner, "developer"), "Jo Okafor")

    # On a build's page: what was written stays, and is sent once its person is back.
    page.goto(build_url)
    sign_out_in_another_tab(page)
    page.locator("#field-text").fill("It works on my phone.")
    page.get_by_role("button", name="Comment").click()
    expect(banner(page)).to_contain_text("You are signed out. Sign in again;", timeout=PATIENCE)
    expect(page.locator("#field-text")).to_have_value("It works on my phone.")
    with page.context.expect_page() as opening:
        banner(page).get_by_role("button", name="Sign in").click()
    with opening.value.expect_event("close"):
        sign_in_by_password(opening.value, colleague_email("Jo"))
    page.get_by_role("button", name="Comment").click()
    comment = page.get_by_role("paragraph").filter(has_text="It works on my phone.")
    expect(comment).to_be_visible(timeout=PATIENCE)
    assert page.locator("#field-text").input_value() == ""

    # A model where runes are tried: a visitor signs in first, the file is kept, and it becomes a project.
    sign_out_in_another_tab(page)
    page.goto(f"{forge.address}/try")
    field = page.get_by_label("Choose a rune", exact=True).and_(page.locator("input"))
    field.set_input_files({"name": "net.onnx", "mimeType": "application/octet-stream", "buffer": b"no rune"})
    expect(page.get_by_role("alert")).to_contain_text("net.onnx is a model, not a rune.", timeout=PATIENCE)
    field.set_input_files(Path("examples/digits/digits.tflite"))
    offer = page.get_by_role("region", name="Make a project from the model")
    expect(offer).to_contain_text("Sign in first.", timeout=PATIENCE)
    with page.context.expect_page() as opening:
        offer.get_by_role("button", name="Sign in").click()
    with opening.value.expect_event("close"):
        sign_in_by_password(opening.value, colleague_email("Jo"))
    offer.get_by_role("button", name="Make a project from it").click(timeout=PATIENCE)
    page.wait_for_url("**/workshop/digits/studio", timeout=PATIENCE)
    expect_running(page)

    # With two organisations one is asked which; where a project was made last is chosen.
    page.goto(f"{forge.address}/organisations/new")
    page.get_by_label("Name").first.fill("aardvark")
    page.get_by_role("button", name="Make").or_(page.get_by_role("button", name="Create")).first.click()
    page.wait_for_url("**/aardvark**")
    page.goto(forge.address)
    where = page.get_by_label("Organisation", exact=True)
    expect(where).to_have_value("workshop")
    where.select_option("aardvark")
    page.get_by_role("button", name="The sine of a number").first.click()
    page.wait_for_url("**/aardvark/sine/studio", timeout=PATIENCE)
    page.goto(forge.address)
    expect(where).to_have_value("aardvark")


def recordings(page: Page) -> list[str]:
    page.get_by_role("button", name="Recording", exact=True).click()
    expect(page.get_by_text("stays in this browser").or_(page.get_by_role("list", name="Recordings"))).to_be_visible(
        timeout=PATIENCE
    )
    return page.get_by_role("list", name="Recordings").locator(".cut").all_inner_texts()


@pytest.mark.protects("recordings/browser-store")
def test_a_recording_is_there_after_a_reload_and_gone_after_signing_out(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    expect_running(page)
    draw_digit(page, "7")
    page.get_by_role("button", name="Save recording").click()
    page.wait_for_function(f"async () => await ({STORED})() === 1")

    page.reload()
    expect_running(page)
    assert recordings(page) == ["Recording 1"]

    other = page.context.new_page()
    other.goto(page.url)
    expect_running(other)
    assert recordings(other) == []
    other.close()

    sign_out_in_another_tab(page)
    page.wait_for_function(f"async () => await ({STORED})() === 0")
