"""Every page in a real browser, light and wide, dark and narrow: axe finds nothing, nothing scrolls sideways, controls
are the product's, at most one of them is the main action, and no digest or long number stands in full."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsers.accessibility import LOOKS, findings
from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import PATIENCE, create, expect_running, open_file, replace_in_editor, sign_in
from tests.support.servers.live_forge import LiveForge
from tests.support.shares import share_of

pytestmark = pytest.mark.e2e


MAIN = ("{project}", "{project}/builds/1")
OTHERS = (
    "",
    "/new",
    "/new/from-git",
    "{organisation}",
    "/?view=list",
    "/search?q=di",
    "/standings",
    "/docs/guides/notices",
    "{organisation}/devices",
    "{organisation}/devices/claim",
    "{organisation}/devices/groups?q=site%3Dberlin",
    "{organisation}/devices/labels",
    "{organisation}/-/blocks",
    "{organisation}/-/members",
    "{organisation}/-/teams",
    "{organisation}/-/activity",
    "{organisation}/-/jobs",
    "{organisation}/-/settings",
    "{organisation}/-/settings/audit",
    "{organisation}/-/settings/rules",
    "{organisation}/-/settings/registry",
    "{organisation}/-/settings/signing",
    "{organisation}/-/settings/webhooks",
    "{organisation}/-/deleted",
    "{project}/published",
    "{project}/published/dependants",
    "{project}/published/trash",
    "{project}/published/mirrors",
    "{project}/builds",
    "{project}/builds/1/try",
    "{project}/builds/1/accuracy",
    "{project}/builds/1/memory",
    "{project}/builds/1/files",
    "{project}/builds/1/log",
    "{project}/builds/1/publish",
    "{project}/reviews",
    "{project}/change-requests",
    "{project}/data",
    "{project}/data/queue",
    "{project}/models",
    "{project}/training",
    "{project}/start",
    "{project}/training/teach",
    "{project}/searches",
    "{project}/deployments",
    "{project}/builds/1/boards?board=esp32-devkit",
    "{project}/boards?q=m7",
    "{project}/settings",
    "{project}/push",
    "{project}/share",
    "{project}/copy",
    "/explore",
    "/accounts/audit",
    "/accounts/notices",
    "/accounts/notices/settings",
    "/accounts/sessions",
    "/accounts/tokens",
    "/accounts/made",
    "/accounts/device",
    "/accounts/profile",
    "/accounts/password-reset",
    "/try",
)
"""The pages that are there once there is a project with a build, by its own names."""
ADDRESSES = (*MAIN, *OTHERS)


@pytest.mark.proof
def test_no_page_has_a_finding_in_any_look(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    problems: list[str] = []
    visit(page, forge, lambda name: problems.extend(f"{name}, {finding}" for finding in findings(page)))
    assert not problems, "\n".join(problems)


@pytest.mark.slow
def test_the_studio_and_a_share_of_the_pages_have_no_finding_in_one_look(forge: LiveForge, open_page: OpenPage) -> None:
    """The looks take turns from page to page."""
    page = open_page()
    problems: list[str] = []
    turn = count()

    def look(name: str) -> None:
        looks = (LOOKS[next(turn) % len(LOOKS)],)
        problems.extend(f"{name}, {finding}" for finding in findings(page, looks))

    visit(page, forge, look, [*MAIN, *share_of(OTHERS, 3)])
    assert not problems, "\n".join(problems)


def visit(page: Page, forge: LiveForge, look: Callable[[str], None], addresses: Sequence[str] = ADDRESSES) -> None:
    """Goes through the studio with what opens in it and through the pages at addresses, and has each looked at."""
    page.goto(forge.address)
    expect(page.get_by_role("application", name="Drawing sheet")).to_be_visible(timeout=PATIENCE)
    look("welcome")
    page.goto(f"{forge.address}/accounts/login/")
    look("sign in")
    page.goto(f"{forge.address}/accounts/reset")
    look("a forgotten password")
    sign_in(page, forge.printed_link())
    look("home of a new person")
    create(page, "Digits")
    look("studio")
    page.get_by_role("group", name="View").get_by_role("button", name="Graph").click()
    page.locator('[data-stage="drawing"]').click()
    expect(page.get_by_role("complementary", name="drawing")).to_be_visible(timeout=PATIENCE)
    look("the graph with a stage's panel")
    page.get_by_role("button", name="Connect output 0 to another stage").click()
    look("a wire on its way")
    page.keyboard.press("Escape")
    page.keyboard.press("+")
    adding = page.get_by_role("region", name="Add a stage")
    expect(adding.get_by_role("button", name="ACCEL")).to_be_visible(timeout=PATIENCE)
    look("the graph's palette")
    page.get_by_role("group", name="View").get_by_role("button", name="Both").click()
    open_file(page, "digits.tflite")
    expect(page.get_by_role("heading", name="digits.tflite")).to_be_visible(timeout=PATIENCE)
    look("a model's page")
    open_file(page, "README.md")
    expect(page.get_by_role("heading", name="How good it is")).to_be_visible(timeout=PATIENCE)
    look("a text beside its Markdown")
    open_file(page, "Runefile.yml")
    look_at_what_helps_to_write(page, look)
    project = page.url.removesuffix("/studio")
    page.get_by_role("button", name="Share").click()
    look("share")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="On your phone").click()
    expect(page.get_by_role("dialog").get_by_role("img", name="QR code with the link below")).to_be_visible(
        timeout=PATIENCE
    )
    look("on your phone")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Build settings").click()
    page.get_by_role("radio", name="Speed The fastest").check()
    page.get_by_role("checkbox", name="c: a folder of C99").check()
    look("targets of builds")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("button", name="Build", exact=True).click()
    panel = page.get_by_role("region", name="Problems and builds")
    expect(panel.get_by_text("Succeeded", exact=True)).to_be_visible(timeout=PATIENCE)
    replace_in_editor(page, "Runefile.yml", "inputs: [drawing]", "inputs: [drawinng]")
    expect(page.get_by_role("tab", name="Problems 1")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("tab", name="Problems 1").click()
    look("studio with a problem")
    panel.get_by_role("button", name="Change to drawing").click()
    expect_running(page)
    project = project.removeprefix(forge.address)
    organisation = project.rpartition("/")[0]
    for address in addresses:
        page.goto(f"{forge.address}{address.format(organisation=organisation, project=project)}")
        look(address)


def look_at_what_helps_to_write(page: Page, look: Callable[[str], None]) -> None:
    """Opens each panel that comes up over the studio on a key, and goes with Escape."""
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="A command, a file or a stage")).to_be_focused()
    look("the palette")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.keyboard.type(">Keyboard shortcuts")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    look("the keys")
    page.keyboard.press("Escape")
    expect(page.locator("[data-language='browser']")).to_be_visible(timeout=PATIENCE)
    text = page.get_by_role("textbox", name="Runefile.yml")
    text.locator(".cm-line").filter(has_text="capability: IMAGE").first.click()
    page.keyboard.press("End")
    page.keyboard.press("Control+Space")
    expect(page.get_by_role("listbox", name="Completions")).to_be_visible(timeout=PATIENCE)
    look("completions")
    page.keyboard.press("Escape")
    text.locator(".cm-line").filter(has_text="drawing:").first.locator(".defines").click()
    page.keyboard.press("F2")
    expect(page.get_by_role("dialog", name="Rename drawing")).to_be_visible(timeout=PATIENCE)
    look("renaming a stage")
    page.keyboard.press("Escape")
