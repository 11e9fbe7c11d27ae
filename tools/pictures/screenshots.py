"""Takes the pictures of docs/screenshots, those that a page of the documentation shows: `make screenshots`

With a folder, `python -m tools.pictures.screenshots FOLDER` takes all of the main pages into it, wide and on a phone,
light and dark, for someone who wants to look at them.

A program of its own is started with empty data, and worked with as a person would. The word that the microphone hears
is said by eSpeak NG, where that is installed; nothing else comes from outside of the project.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Locator, Page, Playwright, expect, sync_playwright

from tests.support.browsers.pages import launch
from tests.support.browsers.studio import (
    PATIENCE,
    create,
    draw_digit,
    expect_label,
    expect_running,
    expect_saved,
    open_file,
    replace_in_editor,
    run_strangers_rune,
    sign_in,
)
from tests.support.servers.live_forge import LiveForge
from tools.browser import chromium
from tools.pictures.camera import EVERY, PHONE, SIZES, TWO, WIDE, Camera
from tools.setup import ROOT

COMPILING = 8 * PATIENCE
"""Milliseconds for what a worker compiles and counts."""
FOLDER = ROOT / "docs" / "screenshots"
_PICTURE = re.compile(r"screenshots/([a-z0-9-]+\.png)")


WRITE_A_TABLE = """async () => {
  const lines = ["epoch,loss,right"];
  for (let epoch = 1; epoch <= 40; epoch += 1) {
    const loss = 0.08 + 1.6 / (epoch + 1) + 0.02 * Math.sin(epoch * 1.7);
    lines.push([epoch, loss.toFixed(4), (1 - 0.32 * loss).toFixed(4)].join(","));
  }
  const address = location.pathname.replace("/studio", "/files/training.csv");
  const token = /csrftoken=([^;]+)/.exec(document.cookie)[1];
  const headers = { "X-CSRFToken": token, "Content-Type": "text/csv" };
  const answer = await fetch(`/api/v1/projects${address}`, { method: "PUT", body: lines.join("\\n") + "\\n", headers });
  if (!answer.ok) throw new Error(await answer.text());
}"""


def shown_pictures() -> frozenset[str]:
    """The files of docs/screenshots that pages of the documentation show."""
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    return frozenset(name for page in pages for name in _PICTURE.findall(page.read_text(encoding="utf-8")))


def main(arguments: list[str]) -> int:
    if chromium() is None:
        print("There is no Chromium on this machine.", file=sys.stderr)
        return 1
    expect.set_options(timeout=PATIENCE)
    folder, picture_names = (Path(arguments[0]), None) if arguments else (FOLDER, shown_pictures())
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    camera = Camera(folder, picture_names)
    with TemporaryDirectory() as name, LiveForge(Path(name) / "data") as forge, sync_playwright() as playwright:
        shoot_everything(camera, forge, playwright, Path(name))
    sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
    print(f"{len(sizes)} pictures, {sum(sizes.values()) / 1e6:.1f} MB")
    missing = sorted(picture_names - set(sizes)) if picture_names is not None else []
    if missing:
        print(f"No picture is called {', '.join(missing)}.", file=sys.stderr)
    return 1 if missing else 0


def shoot_everything(camera: Camera, forge: LiveForge, playwright: Playwright, folder: Path) -> None:
    word = spoken_word("up", folder)
    page, colleague = launch(playwright, word).new_page(), launch(playwright).new_page()
    shoot_what_a_stranger_sees(camera, page, forge)
    sign_in(page, forge.link("mika@example.org"))
    camera.shoot(page, "home-of-a-new-person", EVERY)
    page.goto(f"{forge.address}/new")
    camera.shoot(page, "new-project")
    page.goto(f"{forge.address}/nobody/nothing")
    camera.shoot(page, "not-found")
    page.goto(forge.address)
    create(page, "Digits")
    project = page.url.removesuffix("/studio")
    invite(camera, page, colleague, project)
    page.goto(f"{project}/builds")
    camera.shoot(page, "builds-before-the-first")
    for each in (page, colleague):
        each.goto(f"{project}/studio")
        expect_running(each)
    point_at(colleague, "pixel-format")
    expect(page.locator(".caret-name").first).to_be_attached(timeout=PATIENCE)
    shoot_studio(camera, page)
    build_and_publish(page, colleague, project)
    camera.shoot(page, "studio-built", WIDE)
    shoot_what_helps(camera, page)
    shoot_review(camera, page, colleague, forge.address, project)
    shoot_the_pico(camera, page, project, 3)
    shoot_pages(camera, page, forge.address, project)
    shoot_the_app(camera, launch(playwright).new_page(), forge.address, project)
    if word is not None:
        page.goto(forge.address)
        record_a_word(page)
        camera.shoot(page, "studio-listening", WIDE)
    page.goto(forge.address)
    camera.shoot(page, "home", EVERY)


def shoot_what_a_stranger_sees(camera: Camera, page: Page, forge: LiveForge) -> None:
    for name, place in (
        ("welcome", "/"),
        ("sign-in", "/accounts/login/"),
        ("sign-in-ended", "/sign-in#token=spent"),
        ("try", "/try"),
    ):
        page.goto(forge.address + place)
        if name == "sign-in-ended":
            expect(page.get_by_role("alert")).to_be_visible()
        camera.shoot(page, name, EVERY if name == "welcome" else TWO)


def invite(camera: Camera, page: Page, colleague: Page, project: str) -> None:
    """A colleague joins; one more invitation waits."""
    organisation = project.rpartition("/")[0]
    page.goto(f"{organisation}/-/members")
    for _ in range(2):
        page.get_by_label("Role of the invited person").select_option("developer")
        page.get_by_role("button", name="Make a link").click()
        link = page.get_by_label("Invitation link").input_value()
    colleague.goto(link)
    expect(colleague.get_by_label("Your name")).to_be_visible()
    camera.shoot(colleague, "join")
    colleague.get_by_label("Your name").fill("Jo Okafor")
    colleague.get_by_label("Email").fill("jo@example.org")
    colleague.get_by_label("Password").fill("a long enough secret 7")
    colleague.get_by_role("button", name="Join").click()
    colleague.wait_for_url(lambda url: "/join" not in url)
    colleague.goto(f"{organisation}/-/settings")
    camera.shoot(colleague, "not-allowed")
    page.goto(f"{organisation}/-/members")
    page.get_by_role("button", name="Make a link").click()
    expect(page.get_by_label("Invitation link")).to_be_visible()
    camera.shoot(page, "organisation", EVERY)


def shoot_studio(camera: Camera, page: Page) -> None:
    """The studio of Digits with a drawn 7: its views, a model's page, a table, a mistake."""
    page.set_viewport_size(SIZES["wide"])  # type: ignore[arg-type]
    draw(page, "7")
    camera.shoot(page, "studio", EVERY)
    camera.shoot(page, "studio-preview", PHONE, before=lambda page: draw(page, "7"))
    camera.shoot(page, "studio-files", PHONE, before=lambda page: on_a_phone(page, "Files"))
    camera.shoot(page, "studio-text", WIDE, before=lambda page: look_at(page, "Text"))
    look_at(page, "Graph")
    page.locator('[data-stage="pixels"]').click()
    expect(page.get_by_role("complementary", name="pixels")).to_be_visible()
    camera.shoot(page, "studio-graph", WIDE)
    look_at(page, "Both")
    open_file(page, "digits.tflite")
    expect(page.get_by_role("heading", name="digits.tflite")).to_be_visible()
    on_a_phone(page, "Text")
    camera.shoot(page, "model", EVERY)
    page.evaluate(WRITE_A_TABLE)
    open_file(page, "training.csv")
    expect(page.get_by_role("table")).to_be_visible(timeout=PATIENCE)
    camera.shoot(page, "studio-table")
    open_file(page, "README.md")
    expect(page.get_by_role("heading", name="How good it is")).to_be_visible(timeout=PATIENCE)
    camera.shoot(page, "studio-readme")
    open_file(page, "Runefile.yml")
    replace_in_editor(page, "Runefile.yml", "inputs: [drawing]", "inputs: [drawinng]")
    page.get_by_role("tab", name="Problems 1").click(timeout=PATIENCE)
    camera.shoot(page, "studio-problem", EVERY)
    page.get_by_role("button", name="Change to drawing").first.click()
    expect_running(page)


def shoot_what_helps(camera: Camera, page: Page) -> None:
    """Takes pictures of the studio's overlays, and of the versions after a build and a change."""
    page.keyboard.press("Control+k")
    camera.shoot(page, "studio-palette")
    page.keyboard.type(">Keyboard shortcuts")
    page.keyboard.press("Enter")
    camera.shoot(page, "studio-keys")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Share").click()
    camera.shoot(page, "studio-share")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="On your phone").click()
    expect(page.get_by_role("dialog").get_by_role("img")).to_be_visible(timeout=PATIENCE)
    camera.shoot(page, "studio-on-your-phone", WIDE)
    page.keyboard.press("Escape")
    expect(page.locator("[data-language='browser']")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("textbox", name="Runefile.yml").locator(".cm-line .defines").first.click()
    page.keyboard.press("F2")
    expect(page.get_by_role("dialog")).to_be_visible(timeout=PATIENCE)
    camera.shoot(page, "studio-rename")
    page.keyboard.press("Escape")
    replace_in_editor(page, "Runefile.yml", "# 28 x 28", "# 28 x 28 grey pixels, as a camera or a finger gives them.")
    expect_saved(page)
    page.keyboard.press("Control+k")
    page.keyboard.type(">Versions")
    page.keyboard.press("Enter")
    comparison = page.get_by_role("region", name=re.compile("^From version"))
    comparison.get_by_role("button", name=re.compile("changed Runefile.yml")).click(timeout=PATIENCE)
    expect(comparison.get_by_role("textbox").last).to_be_visible(timeout=PATIENCE)
    camera.shoot(page, "studio-versions", EVERY)
    page.get_by_role("button", name="Close the versions").click()


def shoot_review(camera: Camera, page: Page, colleague: Page, address: str, project: str) -> None:
    """Takes pictures of the review of the second build."""
    build(page, 2)
    colleague.goto(address)
    camera.shoot(colleague, "home-with-a-review")
    colleague.goto(f"{project}/builds/2")
    camera.shoot(colleague, "review", EVERY, before=lambda page: draw(page, "7"))


def shoot_the_pico(camera: Camera, page: Page, project: str, number: int) -> None:
    """The firmware beside the app, and the boards of the next build, of this number, which has packages."""
    page.goto(f"{project}/studio")
    expect_running(page)
    draw(page, "7")
    board = page.get_by_role("region", name="Board", exact=True)
    board.get_by_role("button", name="Run on a virtual Pico").click()
    expect(board.get_by_role("status").filter(has_text="Same bytes")).to_be_visible(timeout=COMPILING)
    camera.shoot(page, "virtual-pico", WIDE, before=lambda _: board.scroll_into_view_if_needed())
    page.get_by_role("button", name="Build settings").click()
    for target in ("cortex-m4", "pico"):
        page.get_by_role("checkbox", name=re.compile(rf"\b{target}: ")).check()
    page.get_by_role("button", name="Save and build").click()
    panel = page.get_by_role("region", name="Problems and builds")
    expect(panel.get_by_role("tab", name=f"Build {number}")).to_be_visible()
    expect(panel.get_by_text("Succeeded", exact=True)).to_be_visible(timeout=COMPILING)
    page.goto(f"{project}/builds/{number}/boards?board=raspberry-pi-pico")
    # Packages are made after the build; the page is read again as each is there.
    expect(page.locator("[data-follow-build]")).to_have_count(0, timeout=COMPILING)
    expect(page.get_by_role("region", name="Boards", exact=True)).to_be_visible(timeout=PATIENCE)
    camera.shoot(page, "boards", EVERY)


def shoot_pages(camera: Camera, page: Page, address: str, project: str) -> None:
    """The pages around the studio, of a project that was published."""
    organisation = project.rpartition("/")[0]
    page.goto(f"{project}/builds/1")
    camera.shoot(page, "build", EVERY, before=lambda page: draw(page, "7"))
    page.goto(f"{project}/settings")
    page.get_by_role("radio", name="Public").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    camera.shoot(page, "project-settings")
    page.goto(f"{address}/accounts/tokens")
    page.get_by_label("What it is for").fill("Pull on the test bench")
    page.get_by_role("button", name="Create token").click()
    expect(page.get_by_label("The new token")).to_be_visible()
    camera.shoot(page, "tokens")
    for name, place in (
        ("builds", f"{project}/builds"),
        ("organisation-projects", organisation),
        ("organisation-activity", f"{organisation}/-/activity"),
        ("search", f"{address}/search?q=di"),
        ("organisation-settings", f"{organisation}/-/settings"),
        ("deleted-projects", f"{organisation}/-/deleted"),
        ("profile", f"{address}/accounts/profile"),
        ("security", f"{address}/accounts/security"),
    ):
        page.goto(place)
        camera.shoot(page, name)


def shoot_the_app(camera: Camera, visitor: Page, address: str, project: str) -> None:
    """Takes pictures of the publication, as a visitor tries it."""
    visitor.goto(project)
    run_strangers_rune(visitor)
    camera.shoot(visitor, "rune", EVERY, before=lambda page: draw(page, "7"))
    visitor.goto(project.replace(address, f"{address}/player"))
    sheet = visitor.get_by_role("application", name="Drawing sheet")
    expect(sheet).to_be_visible(timeout=PATIENCE)
    camera.shoot(visitor, "player-before", PHONE)
    camera.shoot(visitor, "player", PHONE, before=lambda page: draw(page, "7"))


def look_at(page: Page, view: str) -> None:
    page.get_by_role("group", name="View").get_by_role("button", name=view, exact=True).click()


def on_a_phone(page: Page, part: str) -> None:
    """Chooses what a phone shows of the studio."""
    page.set_viewport_size(SIZES["phone"])  # type: ignore[arg-type]
    page.get_by_role("navigation", name="Parts of the studio").get_by_role("button", name=part).click()


def point_at(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Runefile.yml").locator(".cm-line").filter(has_text=text).first.click()


def draw(page: Page, digit: str) -> None:
    """A digit in the middle of the sheet, read; then back to the top of the page."""
    parts = page.get_by_role("navigation", name="Parts of the studio")
    if parts.is_visible():
        parts.get_by_role("button", name="Preview").click()
    draw_digit(page, digit)
    expect_label(page, "answer", digit)
    page.evaluate("scrollTo(0, 0)")
    page.mouse.move(0, 0)


def build_and_publish(page: Page, colleague: Page, project: str) -> None:
    """A version is protected where a team has two people: the colleague approves it, then it is published."""
    panel = build(page, 1)
    colleague.goto(f"{project}/builds/1")
    colleague.get_by_role("button", name="Approve", exact=True).click()
    expect(colleague.get_by_text("Approved", exact=True).first).to_be_visible(timeout=PATIENCE)
    panel.get_by_role("button", name="Publish").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Tag").fill("1.0")
    dialog.get_by_role("button", name="Publish").click()
    expect(dialog).to_contain_text("Published as 1.0", timeout=PATIENCE)
    page.keyboard.press("Escape")


def build(page: Page, number: int) -> Locator:
    page.get_by_role("button", name="Build", exact=True).click()
    panel = page.get_by_role("region", name="Problems and builds")
    expect(panel.get_by_role("tab", name=f"Build {number}")).to_be_visible(timeout=PATIENCE)
    expect(panel.get_by_text("Succeeded", exact=True)).to_be_visible(timeout=PATIENCE)
    return panel


def record_a_word(page: Page) -> None:
    create(page, "Spoken words")
    page.get_by_role("region", name="Preview").get_by_role("button", name="Start listening").click()
    expect_label(page, "heard", "up")


def spoken_word(word: str, folder: Path) -> Path | None:
    """A wav file of a word said by eSpeak NG, or None where that is not installed."""
    program = shutil.which("espeak-ng")
    if program is None:
        print("    without the word that is heard: eSpeak NG is not installed")
        return None
    path = folder / f"{word}.wav"
    subprocess.run([program, "-v", "en-us", "-s", "140", "-w", str(path), word], check=True)
    return path


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
