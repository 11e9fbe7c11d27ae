"""From an empty home page to an app on a live sound, the figures of sizes before training, and how long an answer takes
after its sound.

Chromium's microphone hears a file that is written anew while the browser runs. The way is that of a person, who presses
as soon as the pages are there.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
from playwright.sync_api import Page, expect, sync_playwright

from benchmarks.figure import CannotMeasure, Spread, table
from lab.training.settings import ENVIRONMENT
from tests.support.browsers.from_examples import (
    ANSWER,
    SOUND,
    answer_live,
    expect_recorded,
    hold,
    name_label,
    open_door,
    train,
    use_in_app,
)
from tests.support.browsers.pages import DESKTOP, launch
from tests.support.browsers.senses import EVERY, KNOCK_SECONDS, SILENCE_BEFORE, knocks, room_sound, write_microphone
from tests.support.browsers.studio import sign_in
from tests.support.servers.live_forge import LiveForge
from tools.browser import chromium

WAY_AIM, TRAINING_AIM, FIRST_AIM, CACHED_AIM, ANSWER_AIM = 120.0, 25.0, 3.0, 0.2, 0.3
"""Seconds."""
BACKGROUND_SECONDS, KNOCKING_SECONDS = 41.0, 10 * EVERY + SILENCE_BEFORE + 1
"""How long somebody holds the two buttons: ten recordings of each."""
BOARDS = ("esp32-c3-devkitm-1", "arduino-nano-33-ble-sense", "esp32-devkit")
ANSWERS = 12
TIMEOUT = 180_000
"""Milliseconds."""

_FIGURES = """() => {
  const sizes = [...document.querySelectorAll(".start-size .num")];
  return sizes.length > 0 && sizes.every((each) => each.textContent.includes("RAM"));
}"""
_CHOOSE_BOARD = """(board) => new Promise((resolve) => {
  const select = document.querySelector(".start-board select");
  const setter = Object.getOwnPropertyDescriptor(HTMLSelectElement.prototype, "value").set;
  const ownFetch = window.fetch;
  const begin = performance.now();
  window.fetch = async (...all) => {
    const response = await ownFetch(...all);
    if (!String(all[0]).includes("/training/sizes?")) return response;
    const { is_counting: isCounting } = await response.clone().json();
    if (!isCounting) {
      window.fetch = ownFetch;
      // The page gets this answer now, and has drawn it after the next frame.
      requestAnimationFrame(() => requestAnimationFrame(() => resolve((performance.now() - begin) / 1000)));
    }
    return response;
  };
  setter.call(select, board);
  select.dispatchEvent(new Event("change", { bubbles: true }));
})"""
_TAP = """() => {
  window.soundBegins = [];
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const stream = await open(constraints);
    if (constraints.audio) {
      const context = new AudioContext();
      // Blocks of 256 samples; two of them are on their way when one is heard here.
      const tap = context.createScriptProcessor(256, 1, 1);
      const late = (2 * 256 * 1000) / context.sampleRate;
      let quietSince = 0;
      tap.onaudioprocess = ({ inputBuffer }) => {
        const now = performance.now();
        const isLoud = inputBuffer.getChannelData(0).some((value) => Math.abs(value) > 0.25);
        if (isLoud && now - quietSince > 1000) window.soundBegins.push(now - late);
        if (isLoud) quietSince = now;
      };
      context.createMediaStreamSource(stream).connect(tap).connect(context.destination);
    }
    return stream;
  };
}"""
_WATCH_ANSWERS = """([output, label]) => {
  window.answerTimes = [];
  let wasShown = true;
  new MutationObserver(() => {
    const shown = document.querySelector(`[aria-label="Output ${output}"] p`)?.textContent === label;
    if (shown && !wasShown) window.answerTimes.push(performance.now());
    wasShown = shown;
  }).observe(document.body, { childList: true, subtree: true, characterData: true });
}"""


def measure() -> str:
    if not ENVIRONMENT.is_ready:
        raise CannotMeasure(f"the environment {ENVIRONMENT.name} is not prepared; run make lab")
    if chromium() is None:
        raise CannotMeasure("there is no Chromium on this machine")
    with person() as (page, _):
        first, new_boards, known_boards = figures_of_sizes(page)
    with person() as (page, microphone):
        recording_time, training_time, use_time = timed_way(page, microphone)
        answers = Spread(tuple(answer_seconds(page, microphone)))
    rows = [
        ("20 recordings of a knock and of background, from the press on Sound", f"{recording_time:.1f} s", ""),
        ("trained, from the press on Train", *timing(training_time, TRAINING_AIM)),
        ("the app in the studio hears the knock, from the press on Use in my app", f"{use_time:.1f} s", ""),
        ("the whole way", *timing(recording_time + training_time + use_time, WAY_AIM)),
        ("figures of the three sizes, from the press on Sound on a new server", *timing(first, FIRST_AIM)),
        (f"the same for another board, median of {len(new_boards)}", *timing(median(new_boards), FIRST_AIM)),
        (
            f"the same for a board chosen before, median of {len(known_boards)}",
            *timing(median(known_boards), CACHED_AIM),
        ),
        (
            f"an answer in the studio, from the end of its knock, median of {ANSWERS}",
            *timing(answers.median, ANSWER_AIM),
        ),
        ("the slowest of them", f"{max(answers.values):.2f} s", ""),
    ]
    return (
        f"One kind of sound, in the browser. Buttons are held for {BACKGROUND_SECONDS + KNOCKING_SECONDS:.0f} s of the "
        "whole way: 41 s of background, ten knocks. The recipe is that of the page, with its size Balanced; a reload "
        "closes the microphone between the two labels, so that it hears another file. A knock lasts "
        f"{KNOCK_SECONDS:g} s. Its answer comes from the first window in which enough of it is heard; the app answers "
        "once in a step of its window, which is among these seconds. Most of a count goes to the C compiler and the "
        "emulator, which work on two sizes at once; the process that counts is started as soon as the page is asked "
        "for, and the page looks for figures every 0.4 s.\n\n" + table(["", "measured", "at most"], rows)
    )


def timing(seconds: float, aim: float) -> tuple[str, str]:
    """The cells of a row: the measured time, and the most that it should be."""
    return f"{seconds:.2f} s", f"{aim:g} s"


@contextmanager
def person() -> Iterator[tuple[Page, Path]]:
    """Yields a person at an empty home page of a new server, and the file that the microphone hears."""
    with TemporaryDirectory() as name, LiveForge(Path(name) / "data") as forge, sync_playwright() as playwright:
        microphone = Path(name) / "microphone.wav"
        write_microphone(microphone, room_sound(np.random.default_rng(7), 60))
        browser = launch(playwright, microphone)
        page = browser.new_context(viewport=DESKTOP).new_page()
        page.set_default_timeout(TIMEOUT)
        sign_in(page, forge.printed_link())
        yield page, microphone
        browser.close()


def figures_of_sizes(page: Page) -> tuple[float, list[float], list[float]]:
    """Seconds until the figures are there: the first time, for other boards, and for boards that were chosen before."""
    begin = time.perf_counter()
    open_door(page, SOUND)
    page.wait_for_function(_FIGURES)
    first = time.perf_counter() - begin
    usual = page.locator(".start-board select").input_value()
    new_boards, known_boards = [], []
    for board in BOARDS:
        new_boards.append(page.evaluate(_CHOOSE_BOARD, board))
        known_boards += [page.evaluate(_CHOOSE_BOARD, usual), page.evaluate(_CHOOSE_BOARD, board)]
    return first, new_boards, known_boards


def timed_way(page: Page, microphone: Path) -> tuple[float, float, float]:
    """Seconds of recording, of training, and from using the model to its answer in the studio."""
    times = [time.perf_counter()]
    project = open_door(page, SOUND)
    hold(page, "background", BACKGROUND_SECONDS)
    expect_recorded(page, "background")
    write_microphone(microphone, knocks(np.random.default_rng(8), 50, silence=0))
    page.reload()
    name_label(page, "knock")
    hold(page, "knock", KNOCKING_SECONDS)
    expect_recorded(page, "knock")
    times.append(time.perf_counter())
    train(page)
    times.append(time.perf_counter())
    use_in_app(page, project)
    answer_live(page, SOUND, "knock")
    times.append(time.perf_counter())
    recording_time, training_time, use_time = (later - earlier for earlier, later in pairwise(times))
    return recording_time, training_time, use_time


def answer_seconds(page: Page, microphone: Path) -> list[float]:
    """Seconds from the end of each of some knocks, with silence between them, to the answer in the studio."""
    page.get_by_role("button", name="Stop listening").click()
    expect(page.get_by_text("Build 1 is building")).to_have_count(0, timeout=TIMEOUT)
    random = np.random.default_rng(9)
    write_microphone(microphone, np.concatenate([knocks(random, 1, silence=3.0) for _ in range(ANSWERS + 2)]))
    page.evaluate(_TAP)
    page.evaluate(_WATCH_ANSWERS, [ANSWER, "knock"])
    page.get_by_role("button", name=SOUND.start).click()
    page.wait_for_function(f"() => window.answerTimes.length > {ANSWERS}")
    begins, answers = page.evaluate("[window.soundBegins, window.answerTimes]")
    seconds = []
    for answer in answers:
        before = [begin for begin in begins if begin < answer]
        if before:
            seconds.append((answer - before[-1]) / 1000 - KNOCK_SECONDS)
    return seconds[-ANSWERS:]
