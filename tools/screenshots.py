"""Takes the pictures of docs/screenshots: the main pages, wide and on a phone, light and dark. `make screenshots`

A program of its own is started with empty data, and worked with as a person would. The word that the microphone hears
is said by eSpeak NG, where that is installed; nothing else comes from outside of the project.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Page, Playwright, expect, sync_playwright

from tests.e2e.conftest import launch
from tests.e2e.studio import (
    PATIENCE,
    create,
    draw_digit,
    expect_label,
    expect_running,
    open_file,
    replace_in_editor,
    sign_in,
)
from tests.live_forge import LiveForge
from tools.browser import chromium

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "screenshots"
SIZES = {"wide": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
SCHEMES = ("light", "dark")
COLOURS = 128
"""In each picture's palette: pages have few, and a third of the bytes is saved."""
LIMIT = 3_000_000
"""Bytes of all pictures."""


@dataclass(frozen=True)
class Camera:
    """Writes pictures of a page as it is, in the sizes and schemes that are asked for."""

    folder: Path

    def shoot(
        self,
        page: Page,
        name: str,
        sizes: Sequence[str] = tuple(SIZES),
        before: Callable[[Page], None] = lambda _: None,
    ) -> None:
        """`before` makes in each size what is to be seen."""
        for size in sizes:
            page.set_viewport_size(SIZES[size])  # type: ignore[arg-type]
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
                before(page)
                page.evaluate("document.fonts.ready")
                write(page.screenshot(caret="hide", animations="disabled"), self.folder / f"{name}-{size}-{scheme}.png")
        page.set_viewport_size(SIZES["wide"])  # type: ignore[arg-type]
        page.emulate_media(color_scheme="light")
        print(f"    {name}", flush=True)


def write(picture: bytes, path: Path) -> None:
    """With few colours, none of them mixed from dots: text stays sharp."""
    few = Image.open(BytesIO(picture)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


def main() -> int:
    if chromium() is None:
        print("There is no Chromium on this machine.", file=sys.stderr)
        return 1
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    camera = Camera(FOLDER)
    with TemporaryDirectory() as name, LiveForge(Path(name) / "data") as forge, sync_playwright() as playwright:
        shoot_everything(camera, forge, playwright, Path(name))
    total = sum(path.stat().st_size for path in FOLDER.iterdir())
    print(f"{len(list(FOLDER.iterdir()))} pictures, {total / 1e6:.1f} MB")
    return 0 if total < LIMIT else 1


def shoot_everything(camera: Camera, forge: LiveForge, playwright: Playwright, folder: Path) -> None:
    word = say("up", folder)
    page = launch(playwright, word).new_page()
    page.goto(forge.address)
    camera.shoot(page, "welcome")
    page.goto(f"{forge.address}/accounts/login/")
    camera.shoot(page, "sign-in")
    sign_in(page, forge.link("mika@example.org"))
    camera.shoot(page, "home-of-a-new-person")
    page.goto(f"{forge.address}/new")
    camera.shoot(page, "new-project")
    page.goto(forge.address)
    create(page, "Digits")
    project = page.url.removesuffix("/studio")
    shoot_studio(camera, page)
    build_and_publish(page)
    camera.shoot(page, "studio-built", ["wide"])
    shoot_pages(camera, page, forge.address, project)
    visitor = launch(playwright).new_page()
    visitor.goto(project)
    camera.shoot(visitor, "rune", before=lambda page: draw(page, "7"))
    visitor.goto(f"{forge.address}/try")
    camera.shoot(visitor, "try")
    visitor.goto(project.replace(forge.address, f"{forge.address}/player"))
    expect(visitor.get_by_role("application", name="Drawing sheet")).to_be_visible(timeout=PATIENCE)
    visitor.get_by_role("application", name="Drawing sheet").click()  # with a first result the page has its height
    expect(visitor.get_by_role("region", name="Output answer")).to_be_visible(timeout=PATIENCE)
    camera.shoot(visitor, "player", ["phone"], before=lambda page: draw(page, "7"))
    if word is not None:
        page.goto(forge.address)
        hear_a_word(page)
        camera.shoot(page, "studio-listening", ["wide"])
    page.goto(forge.address)
    camera.shoot(page, "home")


def shoot_studio(camera: Camera, page: Page) -> None:
    """The studio of Digits with a drawn 7: its views, a model's page, a mistake, what helps to find things."""
    page.set_viewport_size(SIZES["wide"])  # type: ignore[arg-type]
    draw(page, "7")
    camera.shoot(page, "studio")
    for view in ("Text", "Graph"):
        page.get_by_role("button", name=view, exact=True).click()
        camera.shoot(page, f"studio-{view.lower()}", ["wide"])
    page.get_by_role("button", name="Both", exact=True).click()
    open_file(page, "digits.tflite")
    expect(page.get_by_role("heading", name="digits.tflite")).to_be_visible()
    camera.shoot(page, "model")
    open_file(page, "README.md")
    camera.shoot(page, "studio-readme", ["wide"])
    open_file(page, "Runefile.yml")
    page.keyboard.press("Control+k")
    camera.shoot(page, "studio-palette", ["wide"])
    page.keyboard.press("Escape")
    replace_in_editor(page, "Runefile.yml", "inputs: [drawing]", "inputs: [drawinng]")
    page.get_by_role("tab", name="Problems 1").click(timeout=PATIENCE)
    camera.shoot(page, "studio-problem")
    page.get_by_role("button", name="Change to drawing").first.click()
    expect_running(page)


def shoot_pages(camera: Camera, page: Page, address: str, project: str) -> None:
    """The pages around the studio, of a project that was published."""
    organisation = project.rpartition("/")[0]
    page.goto(f"{project}/builds/1")
    camera.shoot(page, "build", before=lambda page: draw(page, "7"))
    page.goto(f"{project}/settings")
    page.get_by_role("radio", name="Public").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    for name, place in (
        ("builds", f"{project}/builds"),
        ("project-settings", f"{project}/settings"),
        ("organisation", organisation),
        ("organisation-settings", f"{organisation}/settings"),
        ("deleted-projects", f"{organisation}/deleted"),
        ("tokens", f"{address}/accounts/tokens"),
        ("profile", f"{address}/accounts/profile"),
    ):
        page.goto(place)
        camera.shoot(page, name, ["wide"] if name in ("builds", "deleted-projects", "profile") else tuple(SIZES))


def draw(page: Page, digit: str) -> None:
    """A digit in the middle of the sheet, read; then back to the top of the page."""
    sheet = page.get_by_role("application", name="Drawing sheet")
    if not sheet.is_visible():
        tab = page.get_by_role("tab", name="Preview")
        if tab.count():
            tab.click()
    draw_digit(page, digit)
    expect_label(page, "answer", digit)
    page.evaluate("scrollTo(0, 0)")
    page.mouse.move(0, 0)


def build_and_publish(page: Page) -> None:
    page.get_by_role("button", name="Build", exact=True).click()
    panel = page.get_by_role("region", name="Problems and builds")
    expect(panel.get_by_text("Succeeded", exact=True)).to_be_visible(timeout=PATIENCE)
    panel.get_by_role("button", name="Publish").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Tag").fill("1.0")
    dialog.get_by_role("button", name="Publish").click()
    expect(dialog).to_contain_text("Published as 1.0", timeout=PATIENCE)
    page.keyboard.press("Escape")


def hear_a_word(page: Page) -> None:
    create(page, "Spoken words")
    page.get_by_role("region", name="Preview").get_by_role("button", name="Start listening").click()
    expect_label(page, "heard", "up")


def say(word: str, folder: Path) -> Path | None:
    """A wav file of a word said by eSpeak NG, or None where that is not installed."""
    program = shutil.which("espeak-ng")
    if program is None:
        print("    without the word that is heard: eSpeak NG is not installed")
        return None
    path = folder / f"{word}.wav"
    subprocess.run([program, "-v", "en-us", "-s", "140", "-w", str(path), word], check=True)
    return path


if __name__ == "__main__":
    sys.exit(main())
