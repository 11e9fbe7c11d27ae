"""A person gets from an empty home page to an app that runs on a live sound or picture: recorded with the microphone
and the camera, trained, tried, used; on a desktop, on a phone and by the keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, Playwright, ViewportSize, expect

from tests.e2e.editing.test_keyboard_alone import tab_to
from tests.e2e.test_start import needs_tensorflow
from tests.support.browsers.accessibility import Look, findings
from tests.support.browsers.from_examples import (
    ANSWER,
    PICTURE,
    SOUND,
    answer_live,
    expect_recorded,
    expect_trained,
    hold,
    label_card,
    name_label,
    open_door,
    train,
    use_in_app,
)
from tests.support.browsers.pages import DESKTOP, PHONE, OpenPage, launch, people
from tests.support.browsers.senses import cups, empty_places, knocks, room_sound, write_camera, write_microphone
from tests.support.browsers.studio import PATIENCE, expect_label, expect_running, sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof, needs_tensorflow]

LOOKS = tuple(Look(scheme, size["width"], size["height"]) for scheme in ("light", "dark") for size in (DESKTOP, PHONE))
BACKGROUND_SECONDS, KNOCK_SECONDS, PICTURE_SECONDS = 41, 15, 6
"""How long somebody holds: background is cut into pieces of 4 s, knocks one by one; 2 pictures a second are taken."""
SENTENCE = re.compile(r"\d+ of \d+ validation recordings, ")


@pytest.fixture
def microphone(tmp_path: Path) -> Path:
    return tmp_path / "microphone.wav"


@pytest.fixture
def camera(tmp_path: Path) -> Path:
    return tmp_path / "camera.y4m"


@pytest.fixture
def open_with_camera(playwright: Playwright) -> Iterator[OpenPage]:
    with people(lambda camera: launch(playwright, camera=camera), is_same_picture) as opener:
        yield opener


def is_same_picture(text: str) -> bool:
    """Returns whether Chromium logs that a picture was there already: a camera that is a file can show a frame twice,
    and the page keeps one of them."""
    return "status of 409" in text


def record_sounds(page: Page, microphone: Path) -> None:
    """Records background in a quiet room, and then knocks."""
    random = np.random.default_rng(7)
    write_microphone(microphone, room_sound(random, 60))
    hold(page, "background", BACKGROUND_SECONDS)
    expect_recorded(page, "background")
    write_microphone(microphone, knocks(random, 50, silence=0))
    page.reload()  # which closes the microphone: it hears the knocks when it opens again
    name_label(page, "knock")


def figures_of(page: Page, addresses: list[str]) -> set[str]:
    """The sentences about accuracy on pages."""
    sentences = set()
    for address in addresses:
        page.goto(address)
        text = re.sub(r"\s+", " ", page.locator("main").inner_text())
        sentences |= set(re.findall(r"\d+ of \d+ validation recordings?, \d+ to \d+ %", text))
    return sentences


def test_sounds_become_an_app_and_no_page_on_the_way_has_a_finding(
    forge: LiveForge, open_page: OpenPage, microphone: Path
) -> None:
    write_microphone(microphone, room_sound(np.random.default_rng(7), 60))
    page = open_page(microphone)
    sign_in(page, forge.printed_link())
    assert findings(page, LOOKS) == []
    project = open_door(page, SOUND)
    assert findings(page, LOOKS) == []
    record_sounds(page, microphone)
    # A key is held while the page is looked at, so it is looked at while it records.
    page.keyboard.down("1")
    expect(label_card(page, "knock").get_by_role("button", name="Let go to stop")).to_be_visible(timeout=PATIENCE)
    assert findings(page, LOOKS) == []
    page.wait_for_timeout(1000 * KNOCK_SECONDS)
    page.keyboard.up("1")
    expect_recorded(page, "knock")
    train(page)
    answer_live(page, SOUND, "knock")
    slider = page.get_by_role("slider", name="Threshold for")
    slider.focus()
    for _ in range(10):
        page.keyboard.press("ArrowLeft")
    expect(page.get_by_label("Threshold", exact=True).get_by_text("70 %")).to_be_visible()
    assert findings(page, LOOKS) == []
    sentence = page.locator(".start-sentence").inner_text()
    assert SENTENCE.match(sentence)
    assert figures_of(page, [f"{project}/training/1", f"{project}/data", project]) == {sentence}
    for address in (f"{project}/training/1", f"{project}/training?recipe=keywords"):
        page.goto(address)
        assert findings(page, LOOKS) == []
    page.goto(f"{project}/start")
    expect_trained(page)
    use_in_app(page, project)
    answer_live(page, SOUND, "knock")
    assert findings(page, LOOKS) == []


def test_sounds_become_an_app_on_a_phone(forge: LiveForge, open_page: OpenPage, microphone: Path) -> None:
    write_microphone(microphone, room_sound(np.random.default_rng(7), 60))
    page = open_page(microphone, viewport=PHONE)
    sign_in(page, forge.printed_link())
    project = open_door(page, SOUND)
    record_sounds(page, microphone)
    hold(page, "knock", KNOCK_SECONDS)
    expect_recorded(page, "knock")
    train(page)
    answer_live(page, SOUND, "knock")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    use_in_app(page, project)
    answer_live(page, SOUND, "knock")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_pictures_become_an_app_by_the_keyboard_alone(
    size: ViewportSize, forge: LiveForge, open_with_camera: OpenPage, camera: Path
) -> None:
    random = np.random.default_rng(8)
    write_camera(camera, empty_places(random, 60))
    page = open_with_camera(camera, viewport=size)
    sign_in(page, forge.printed_link())
    tab_to(page, page.get_by_role("button", name=re.compile("^Picture")))
    page.keyboard.press("Enter")
    page.wait_for_url("**/start?kind=picture")
    project = page.url.split("/start")[0]
    expect(page.get_by_role("heading", name="Examples")).to_be_visible(timeout=PATIENCE)
    hold_key(page, "0", "background")
    write_camera(camera, cups(random, 60))
    page.reload()
    tab_to(page, page.get_by_role("textbox", name="Name of the label"))
    page.keyboard.type("cup")
    page.keyboard.press("Enter")
    hold_key(page, "1", "cup")
    press(page, "Train")
    expect_trained(page)
    press(page, PICTURE.start)
    expect_label(page, ANSWER, "cup")
    tab_to(page, page.get_by_role("slider", name="Threshold for"))
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_label("Threshold", exact=True).get_by_text("79 %")).to_be_visible()
    press(page, "Use in my app")
    page.wait_for_url(f"{project}/studio", timeout=PATIENCE)
    expect_running(page)
    press(page, PICTURE.start)
    expect_label(page, ANSWER, "cup")


def hold_key(page: Page, key: str, label: str) -> None:
    """Holds the key of a label for as long as enough pictures are taken."""
    page.keyboard.down(key)
    expect(label_card(page, label).get_by_role("button", name="Let go to stop")).to_be_visible(timeout=PATIENCE)
    page.wait_for_timeout(1000 * PICTURE_SECONDS)
    page.keyboard.up(key)
    expect_recorded(page, label)


def press(page: Page, name: str) -> None:
    """Presses a button that Tab reaches."""
    tab_to(page, page.get_by_role("button", name=name, exact=True))
    page.keyboard.press("Enter")
