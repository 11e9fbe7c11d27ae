"""A person makes a running app from own examples on one page, in the browser: recording, removing with undo, training,
using."""

from __future__ import annotations

import io
import re
import wave
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import FilePayload, Page, expect

from lab.training.settings import ENVIRONMENT
from tests.support.browsers.accessibility import LOOKS, findings
from tests.support.browsers.pages import DESKTOP, PHONE, OpenPage
from tests.support.browsers.studio import create, expect_running, sign_in
from tests.support.patience import PATIENCE
from tests.support.servers.live_forge import LiveForge
from tests.support.training.sight_and_sound_data import write_pictures
from tests.support.training.table_data import HEADER, machine_rows

pytestmark = pytest.mark.e2e

LONG = PATIENCE * 1000
RATE = 16_000
NEEDED = 10
HOLD = 800
"""Milliseconds for which a key is held: that is the length of the recording."""
KNOCKING = """
navigator.mediaDevices.getUserMedia = async () => {
    const context = new AudioContext();
    const target = context.createMediaStreamDestination();
    const tone = new OscillatorNode(context, { type: "sawtooth", frequency: 400 });
    tone.connect(target);
    tone.start();
    return target.stream;
};
"""
"""The microphone hears a tone."""
needs_tensorflow = pytest.mark.skipif(
    not ENVIRONMENT.is_ready, reason="needs the TensorFlow environment, which `make lab` prepares"
)


def sound(seed: int, pitch: float, loudness: float = 0.4) -> bytes:
    """A second of a short tone in noise, or of noise alone."""
    random = np.random.default_rng(seed)
    samples = random.normal(0, 0.02, RATE)
    moments = np.arange(RATE // 4) / RATE
    begin = RATE // 4 + int(random.integers(RATE // 4))
    samples[begin : begin + RATE // 4] += loudness * np.sin(2 * np.pi * pitch * moments)
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return buffer.getvalue()


def wav_files(count: int, pitch: float, loudness: float = 0.4, first: int = 0) -> list[FilePayload]:
    return [
        {"name": f"{each}.wav", "mimeType": "audio/wav", "buffer": sound(each, pitch, loudness)}
        for each in range(first, first + count)
    ]


def tables(label: str, count: int, seed: int) -> list[FilePayload]:
    """Files of the rows of a machine in a state."""
    random = np.random.default_rng(seed)
    return [
        {
            "name": f"{each}.csv",
            "mimeType": "text/csv",
            "buffer": "".join(f"{row}\n" for row in (HEADER, *machine_rows(label, random, 8))).encode(),
        }
        for each in range(count)
    ]


def open_start(forge: LiveForge, page: Page, kind: str) -> str:
    """Opens the page of a project without data; returns the project's address."""
    sign_in(page, forge.printed_link())
    create(page, "Sine")
    project = page.url.removesuffix("/studio")
    page.goto(f"{project}/start?kind={kind}")
    expect(page.get_by_role("heading", name="Examples")).to_be_visible(timeout=LONG)
    return project


def name_first(page: Page, name: str) -> None:
    page.get_by_role("textbox", name="Name of the label").fill(name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()


def add_files(page: Page, label: str, files: list[FilePayload]) -> None:
    card = page.get_by_label(f"Label {label}", exact=True)
    card.get_by_label(f"Files of {label}").set_input_files(files)
    expect(card.get_by_text(re.compile(f"^{len(files)} ")).first).to_be_visible(timeout=LONG)
    expect(card.get_by_text("being saved")).to_have_count(0, timeout=LONG)


def orange(page: Page) -> list[str]:
    """The names of what is the main action now."""
    return [each.split("\n")[0].strip() for each in page.locator(".start-page .button.primary").all_inner_texts()]


@pytest.mark.slow
def test_examples_are_recorded_by_holding_removed_and_brought_back(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    page.add_init_script(KNOCKING)
    open_start(forge, page, "sound")
    expect(page.get_by_role("heading", name="Which sound should it hear?")).to_be_visible()
    expect(page.get_by_text("Nobody else hears them")).to_be_visible()
    assert findings(page, LOOKS) == []
    hold = page.get_by_role("button", name="Hold to record").first
    hold.click()
    expect(page.get_by_role("alert")).to_contain_text("Write the name of the label first")
    name_first(page, "tone")
    assert orange(page) == ["Hold to record"]
    tone = page.get_by_label("Label tone", exact=True)
    # A key records as long as it is down.
    page.get_by_role("heading", name="Examples").click()
    page.keyboard.down("1")
    expect(tone.get_by_role("button", name="Let go to stop")).to_be_visible(timeout=LONG)
    page.wait_for_timeout(HOLD)
    page.keyboard.up("1")
    recordings = tone.get_by_role("list", name="Recordings of tone").get_by_role("listitem")
    expect(recordings).to_have_count(1, timeout=LONG)
    expect(tone.get_by_text("1 of 10")).to_be_visible()
    recordings.first.hover()
    tone.get_by_role("button", name="Remove recording").click()
    expect(page.get_by_text("1 recording removed.")).to_be_visible()
    expect(tone.get_by_text("0 of 10")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(recordings).to_have_count(1)
    page.reload()
    expect(recordings).to_have_count(1, timeout=LONG)
    page.get_by_role("button", name="Rename tone").click()
    page.get_by_role("textbox", name="Name of the label").fill("whistle")
    page.keyboard.press("Enter")
    whistle = page.get_by_role("list", name="Recordings of whistle").get_by_role("listitem")
    expect(whistle).to_have_count(1, timeout=LONG)
    # Background cannot be removed.
    expect(page.get_by_role("button", name="Remove the label background")).to_have_count(0)
    page.get_by_label("Label whistle", exact=True).get_by_role("button", name="Phone").click()
    expect(page.get_by_role("img", name=re.compile("Code of the address"))).to_be_visible(timeout=LONG)
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size(DESKTOP)
    assert findings(page, LOOKS) == []


@pytest.mark.slow
def test_rows_of_a_sensor_become_a_running_app(forge: LiveForge, open_page: OpenPage) -> None:
    """The whole way, with a recipe that needs no further environment."""
    page = open_page()
    project = open_start(forge, page, "numbers")
    name_first(page, "worn")
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_disabled()
    add_files(page, "worn", tables("worn", NEEDED, 1))
    add_files(page, "background", tables("idle", NEEDED, 2))
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_enabled()
    assert orange(page) == ["Train"]
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_text("Trained", exact=True)).to_be_visible(timeout=6 * LONG)
    assert orange(page) == ["Use in my app"]
    expect(page.get_by_role("heading", name="How good it is")).to_be_visible()
    expect(page.get_by_text(re.compile(r"\d+ of \d+ validation recordings, "))).to_be_visible()
    assert findings(page, LOOKS) == []
    page.get_by_role("button", name="Use in my app").click()
    page.wait_for_url(f"{project}/studio", timeout=LONG)
    expect_running(page)
    page.goto(f"{project}/builds")
    expect(page.get_by_text("Build 1").first).to_be_visible()


@pytest.mark.proof
@needs_tensorflow
def test_dropped_sounds_become_an_app_that_hears_them(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    page.add_init_script(KNOCKING)
    project = open_start(forge, page, "sound")
    name_first(page, "tone")
    add_files(page, "tone", wav_files(2 * NEEDED, 400))
    add_files(page, "background", wav_files(2 * NEEDED, 400, 0.0, first=100))
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_text("Trained", exact=True)).to_be_visible(timeout=20 * LONG)
    expect(page.get_by_label("Threshold").get_by_text(re.compile(r"\d of \d heard"))).to_be_visible(timeout=LONG)
    page.get_by_role("button", name="Use in my app").click()
    page.wait_for_url(f"{project}/studio", timeout=LONG)
    expect_running(page)


@pytest.mark.proof
@needs_tensorflow
def test_dropped_pictures_become_an_app_that_sees_them(forge: LiveForge, open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page()
    project = open_start(forge, page, "picture")
    paths = sorted(write_pictures(tmp_path, NEEDED).glob("*/*.png"))
    first, second = sorted({path.parent.name for path in paths})
    name_first(page, first)
    for label, folder in ((first, first), ("background", second)):
        files: list[FilePayload] = [
            {"name": path.name, "mimeType": "image/png", "buffer": path.read_bytes()}
            for path in paths
            if path.parent.name == folder
        ]
        add_files(page, label, files)
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_text("Trained", exact=True)).to_be_visible(timeout=20 * LONG)
    page.get_by_role("button", name="Use in my app").click()
    page.wait_for_url(f"{project}/studio", timeout=LONG)
    expect_running(page)


@pytest.mark.slow
@pytest.mark.protects("recordings/examples")
def test_examples_let_somebody_without_a_sensor_train_and_are_removed_together(
    forge: LiveForge, open_page: OpenPage
) -> None:
    page = open_page()
    open_start(forge, page, "numbers")
    page.get_by_role("button", name="Try it with 60 example recordings").click()
    expect(page.get_by_text("60 examples")).to_be_visible(timeout=LONG)
    expect(page.get_by_text("none is a recording of yours")).to_be_visible()
    expect(page.get_by_role("list", name="Recordings of worn").get_by_text("example").first).to_be_visible()
    expect(page.get_by_text("known when it has learned").first).to_be_visible(timeout=LONG)
    assert orange(page) == ["Train"]
    assert findings(page, LOOKS) == []
    page.get_by_role("button", name="Remove the examples").click()
    expect(page.get_by_role("button", name="Try it with 60 example recordings")).to_be_visible(timeout=LONG)
    expect(page.get_by_role("textbox", name="Name of the label")).to_be_visible()
    expect(page.get_by_label("Label worn", exact=True)).to_have_count(0)


@pytest.mark.proof
@needs_tensorflow
def test_a_model_that_learned_from_examples_calls_no_label_in_silence(forge: LiveForge, open_page: OpenPage) -> None:
    """A click may be a clap and a rising tone a whistle; silence and most noises are neither."""
    page = open_page()
    open_start(forge, page, "sound")
    page.get_by_role("button", name="Try it with 60 example recordings").click()
    expect(page.get_by_text("60 examples")).to_be_visible(timeout=LONG)
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_text("Trained", exact=True)).to_be_visible(timeout=20 * LONG)
    sentence = page.get_by_text(re.compile("^The model calls ")).inner_text(timeout=LONG)
    assert not sentence.startswith("The model calls silence"), sentence
    calls = re.search(r"In (\d+) of 60 sounds", sentence)
    assert calls is None or int(calls[1]) <= 15, sentence
