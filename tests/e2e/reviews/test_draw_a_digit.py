"""A newcomer's first quarter of an hour, in a real browser: draw, change, build, publish, pull, invite, approve."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.support.browsers.pages import PHONE, OpenPage
from tests.support.browsers.studio import (
    PASSWORD,
    PATIENCE,
    colleague_email,
    create,
    delayed,
    draw_digit,
    expect_label,
    expect_running,
    expect_saved,
    invite,
    join,
    open_file,
    replace_in_editor,
    run_strangers_rune,
    sign_in,
)
from tests.support.servers.live_forge import LiveForge

pytestmark = pytest.mark.e2e

PLAYER = "**/assets/player*.js"
LANGUAGE = "**/pyodide.asm.wasm"
"""The program that runs the language in the browser. Its start takes a processor seven seconds."""
TOP = "(element) => element.getBoundingClientRect().top + window.scrollY"
HAS_BEEN_SEEN = "() => performance.getEntriesByName('first-contentful-paint').length > 0"


def test_from_the_first_link_to_an_approved_and_published_rune(
    forge: LiveForge, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page()
    # Until the browser has the language, the server answers for it, here to the end; `test_two_people` has it.
    page.route(LANGUAGE, lambda _: None)
    page.goto(forge.address)
    try_before_signing_in(page)
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    put_the_first_steps_away(page)
    see_a_digit_and_change_what_it_is_called(page)
    see_a_mistake_and_mend_it(page)
    address = build_and_publish(page)
    token = make_token(page, forge)
    pull_with_stock_clients(page, forge, address, token, tmp_path)
    page.goto(f"{forge.address}/{project(page, 'organisation')}")
    invitation = invite(page, "reviewer")
    # Nobody else can open a link to this machine's own address, and the page says so.
    expect(page.get_by_text("make run-lan").first).to_be_visible()

    colleague = open_page(viewport=PHONE)
    join_and_approve(colleague, invitation, address)
    come_back_the_next_day(open_page(), forge, address)

    page.goto(address)
    expect(page.get_by_text("Approved").first).to_be_visible()
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    see_both_answers_on_a_phone(colleague, build_with_another_word(page, forge))
    show_to_the_world(page, forge)
    visitor = open_page()
    visitor.goto(f"{forge.address}/{project(page)}")
    try_as_visitor(visitor)


def try_before_signing_in(page: Page) -> None:
    """The welcome page's rune answers to its own drawing, and then to what a stranger draws."""
    expect_label(page, "answer", "7")
    draw_digit(page, "1")
    expect_label(page, "answer", "1")


def put_the_first_steps_away(page: Page) -> None:
    """Dismisses the first steps for good: the page that is opened anew does not have them."""
    steps = page.get_by_role("region", name="First steps")
    with page.expect_response(lambda answer: answer.url.endswith("/me/hints/first-steps") and answer.ok):
        steps.get_by_role("button", name="Dismiss the first steps").click(timeout=PATIENCE)
    expect(steps).to_have_count(0)
    page.reload()
    expect_running(page)
    expect(steps).to_have_count(0)


def see_a_digit_and_change_what_it_is_called(page: Page) -> None:
    draw_digit(page, "7")
    expect_label(page, "answer", "7")
    open_file(page, "labels.txt")
    replace_in_editor(page, "labels.txt", "7", "seven")
    # The drawing stays, and the new rune says the new word for it.
    expect_label(page, "answer", "seven")
    expect_running(page)
    expect_saved(page)


def see_a_mistake_and_mend_it(page: Page) -> None:
    open_file(page, "Runefile.yml")
    replace_in_editor(page, "Runefile.yml", "inputs: [drawing]", "inputs: [drawinng]")
    status = page.get_by_role("region", name="Preview").get_by_role("status").first
    expect(status).to_have_text(
        re.compile(r"Running the previous version until Runefile.yml, line \d+, is fixed"), timeout=PATIENCE
    )
    expect_label(page, "answer", "seven")
    page.get_by_role("tab", name=re.compile("Problems 1")).click()
    problem = page.get_by_role("tabpanel").filter(has_text="drawinng").last
    expect(problem).to_contain_text("RUNE0021")
    # The fix is a step of its own: undoing it leaves what was typed before.
    problem.get_by_role("button", name="Change to drawing").click()
    expect_running(page)
    page.get_by_role("textbox", name="Runefile.yml").focus()
    page.keyboard.press("Control+z")
    expect(page.get_by_role("textbox", name="Runefile.yml")).to_contain_text("inputs: [drawinng]")
    page.keyboard.press("Control+Shift+z")
    expect_running(page)


def build_and_publish(page: Page) -> str:
    """The build page's address."""
    page.get_by_role("button", name="Build", exact=True).click()
    panel = page.get_by_role("region", name="Problems and builds")
    expect(panel.get_by_text("Succeeded")).to_be_visible(timeout=PATIENCE)
    expect(panel.get_by_role("log")).to_contain_text("sha256:")
    panel.get_by_role("button", name="Publish").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Tag").fill("1.0")
    dialog.get_by_role("button", name="Publish").click()
    expect(dialog).to_contain_text("Published as 1.0", timeout=PATIENCE)
    page.keyboard.press("Escape")
    address = panel.get_by_role("link", name="Build page").get_attribute("href")
    assert address is not None
    return page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2] + address


def make_token(page: Page, forge: LiveForge) -> str:
    page.goto(f"{forge.address}/accounts/tokens")
    page.get_by_label("What it is for").fill("this test")
    page.get_by_role("button", name="Create token").click()
    return page.get_by_label("The new token").input_value()


def pull_with_stock_clients(page: Page, forge: LiveForge, address: str, token: str, folder: Path) -> None:
    name = "/".join(address.split("/")[3:5])
    build = page.request.get(f"{forge.address}/api/v1/projects/{name}/state").json()["builds"][0]
    rune = page.request.get(forge.address + build["rune_url"]).body()
    layout = folder / "layout"
    subprocess.run(
        ["skopeo", "copy", "--quiet", "--src-tls-verify=false", f"--src-creds=token:{token}",
         f"docker://127.0.0.1:{forge.port}/{name}:1.0", f"dir:{layout}"],
        check=True,
    )  # fmt: skip
    layer = json.loads((layout / "manifest.json").read_text())["layers"][0]["digest"]
    assert (layout / layer.removeprefix("sha256:")).read_bytes() == rune
    path = folder / "pulled.rune"
    environment = {**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    rune_command = [sys.executable, "-m", "rune.tools.cli"]
    subprocess.run(
        [*rune_command, "login", forge.address, "--token-stdin"], check=True, env=environment, input=token, text=True
    )
    subprocess.run([*rune_command, "pull", f"{forge.address}/{name}:1.0", "-o", path], check=True, env=environment)
    assert path.read_bytes() == rune
    anonymous = httpx.get(f"{forge.address}/v2/{name}/manifests/1.0")
    assert anonymous.status_code == 401


def join_and_approve(page: Page, invitation: str, address: str) -> None:
    join(page, invitation, "Jo Okafor")
    page.goto(address)
    draw_digit(page, "3")
    expect_label(page, "answer", "3")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Approved").first).to_be_visible(timeout=PATIENCE)


def build_with_another_word(page: Page, forge: LiveForge) -> str:
    """The address of a build whose word for the digit 3 is another one than the approved build's."""
    page.goto(f"{forge.address}/{project(page)}/studio")
    open_file(page, "labels.txt")
    replace_in_editor(page, "labels.txt", "3", "three")
    expect_running(page)
    page.get_by_role("button", name="Build", exact=True).click()
    expect(page.get_by_role("region", name="Problems and builds").get_by_text("Build 2").first).to_be_visible()
    address = f"{forge.address}/{project(page)}/builds/2"
    page.goto(address)
    expect(page.get_by_role("heading", name="Try it")).to_be_visible(timeout=PATIENCE)
    return address


def see_both_answers_on_a_phone(page: Page, address: str) -> None:
    talk, answers = page.locator("[data-conversation]"), page.locator("[data-answers]")
    with delayed(page, PLAYER):
        page.goto(address, wait_until="commit")
        # The scripts that wait keep the page from being loaded: what counts is what is seen first.
        page.wait_for_function(HAS_BEEN_SEEN)
        top = talk.evaluate(TOP)
    expect(page.get_by_text("Label 3 is now three.")).to_be_visible()
    expect(page.get_by_role("button", name="Clear")).to_be_visible(timeout=PATIENCE)
    # The player came after the page, and moved no button that somebody may be about to press.
    assert abs(talk.evaluate(TOP) - top) < 4
    draw_digit(page, "3")
    expect(answers).to_contain_text("three", timeout=PATIENCE)
    for name in ("This build", "Approved build 1"):
        expect(answers).to_contain_text(name)
    expect(page.get_by_text("They answer differently on this input: three and 3.")).to_be_attached()
    expect(answers).to_be_in_viewport(ratio=1)
    above, verdict = answers.bounding_box(), page.get_by_role("button", name="Approve", exact=True).bounding_box()
    assert above is not None
    assert verdict is not None
    assert above["y"] + above["height"] <= verdict["y"]
    page.get_by_role("button", name="Approved", exact=True).click()
    expect_label(page, "answer", "3")
    page.get_by_role("button", name="This build", exact=True).click()
    expect_label(page, "answer", "three")


def come_back_the_next_day(page: Page, forge: LiveForge, address: str) -> None:
    page.goto(f"{forge.address}/accounts/login/")
    page.get_by_label("Email").fill(colleague_email("Jo"))
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.goto(address)
    expect(page.get_by_role("banner").get_by_role("img", name="Jo Okafor")).to_be_visible()


def show_to_the_world(page: Page, forge: LiveForge) -> None:
    page.goto(f"{forge.address}/{project(page)}/settings")
    page.get_by_role("radio", name="Public").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Saved.")


def try_as_visitor(page: Page) -> None:
    way = page.get_by_role("region", name="Command line")
    expect(way.get_by_role("code")).to_have_text(re.compile(r"^rune pull http\S*/digits:1\.0\nrune run digits\.rune"))
    expect(way.get_by_role("button", name="Copy Command line")).to_be_visible()
    run_strangers_rune(page)
    draw_digit(page, "1")
    expect_label(page, "answer", "1")


def project(page: Page, part: str = "project") -> str:
    """The organisation and name in the address of a page."""
    answer = page.request.get(f"{page.url.split('/', 3)[0]}//{page.url.split('/', 3)[2]}/api/v1/projects").json()
    first = answer["results"][0]
    return str(first["organisation"]) if part == "organisation" else f"{first['organisation']}/{first['name']}"
