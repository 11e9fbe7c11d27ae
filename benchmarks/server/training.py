"""Training from 60 sounds on the server: from the press on Train to the curve, the model, and a preview that answers.

The person opens the page of training, presses Train, uses the model, builds the change request and opens its preview.
The seconds between two pages that a person would look at count too.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
from playwright.sync_api import Page, expect

from benchmarks.chromium import open_page
from benchmarks.figure import CannotMeasure, table
from benchmarks.machine import wait_until_idle
from lab.training.settings import ENVIRONMENT
from rune.environments.environment import FOLDER_VARIABLE, environments_folder
from rune.wording import listed
from tests.support.browsers.studio import create, sign_in
from tests.support.installations.archives import zipped
from tests.support.servers.live_forge import LiveForge
from tests.support.training.sight_and_sound_data import SOUNDS, sound

LATER = 3
"""Runs after the first one."""
EACH = 20
"""Sounds of a label, all of one person."""
POINT_AIM, PREVIEW_AIM = 3.0, 20.0
"""Seconds from the press."""
TIMEOUT = 180_000
"""Milliseconds."""
_HAS_POINT = """() => {
  const line = document.querySelector("svg polyline.validation");
  return line !== null && line.getAttribute("points").trim() !== "";
}"""
"""Whether the curve has a point."""
_HAS_RESULT = """() => {
  const card = document.querySelector('[aria-label^="Output "] p');
  return card !== null && card.textContent.trim() !== "";
}"""
"""Whether an output of the preview has a result."""


@dataclass(frozen=True)
class TimedRun:
    """Seconds from the press on Train to what a person sees, and the epochs that were learned."""

    point: float
    finished: float
    preview: float
    epochs: int


def measure() -> str:
    if not ENVIRONMENT.is_ready:
        raise CannotMeasure(f"the environment {ENVIRONMENT.name} is not prepared; run make lab")
    with TemporaryDirectory() as name, open_page() as page:
        page.set_default_timeout(TIMEOUT)
        with LiveForge(Path(name) / "data", {FOLDER_VARIABLE: str(environments_folder())}) as forge:
            sign_in(page, forge.link())
            create(page, "Digits")
            project = page.url.removesuffix("/studio")
            bring_in(page, project)
            first = timed_run(page, project)
            later = [timed_run(page, project, wait=wait_until_idle) for _ in range(LATER)]
    lines = [
        (title, getattr(first, name), median(getattr(run, name) for run in later), aim)
        for title, name, aim in (
            ("the first point of the curve", "point", POINT_AIM),
            ("the run is finished", "finished", None),
            ("the preview of its change request answers", "preview", PREVIEW_AIM),
        )
    ]
    rows = [(title, f"{one:.1f} s", f"{other:.1f} s", f"{aim:g} s" if aim else "") for title, one, other, aim in lines]
    return (
        f"{EACH * len(SOUNDS)} sounds of a second, of {len(SOUNDS)} labels and one person, with the recipe for "
        "keywords and its default arguments, in the browser, from the press on Train. The page of training was opened "
        "right before the first press, so TensorFlow was not loaded yet. Before each later one the machine was idle: a "
        "process waits with TensorFlow, and the build before is judged. After the run come the presses on Use this "
        "model and Build the merged result; the preview answers when it shows a result of the sound that it generates. "
        f"The runs had {listed(sorted({str(run.epochs) for run in (first, *later)}))} epochs.\n\n"
        + table(["", "first run", f"median of {LATER} after it", "at most"], rows)
    )


def bring_in(page: Page, project: str) -> None:
    """Imports the sounds, and saves a version of the data."""
    chance = np.random.default_rng(4)
    files = {f"{label}/{number}.wav": sound(label, chance) for label in SOUNDS for number in range(EACH)}
    page.goto(f"{project}/data")
    page.get_by_role("link", name="Import", exact=True).click()
    archive = {"name": "sounds.zip", "mimeType": "application/zip", "buffer": zipped(files)}
    page.get_by_label("ZIP file").set_input_files(archive)  # type: ignore[arg-type]
    page.get_by_label("I agree").check()
    page.get_by_role("button", name="Send").click()
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_text(f"{len(files)} samples added.")).to_be_visible(timeout=TIMEOUT)
    page.goto(f"{project}/data")
    page.get_by_label("What is new in this version").fill("Sixty sounds")
    page.get_by_role("button", name="Save version").click()
    expect(page.locator("#versions").get_by_text("Sixty sounds")).to_be_visible(timeout=TIMEOUT)


def timed_run(page: Page, project: str, wait: Callable[[], None] = lambda: None) -> TimedRun:
    """Trains a model and looks at its preview; calls `wait` before the press. Raises `CannotMeasure` for a run without
    a model."""
    page.goto(f"{project}/training?recipe=keywords")
    wait()
    begin = time.perf_counter()
    page.get_by_role("button", name="Train", exact=True).click()
    page.wait_for_function(f"() => document.querySelector('[data-state=failed]') !== null || ({_HAS_POINT})()")
    point = time.perf_counter() - begin
    page.locator("[data-state=finished], [data-state=failed]").first.wait_for()
    if page.locator("[data-state=failed]").count():
        raise CannotMeasure(f"the run has no model: {page.get_by_role('alert').first.inner_text()}")
    finished = time.perf_counter() - begin
    epochs = int(page.get_by_label("Run progress").inner_text().split()[1])
    page.get_by_role("button", name="Use this model").click()
    page.get_by_role("button", name="Build the merged result").click()
    change = page.url
    page.get_by_text("The merged result builds").or_(page.get_by_role("button", name="Check again")).first.wait_for()
    while not page.get_by_text("The merged result builds").count():
        with page.expect_navigation():
            page.get_by_role("button", name="Check again").click()
    page.goto(f"{change.split('#')[0]}/preview")
    page.wait_for_function(_HAS_RESULT)
    return TimedRun(point, finished, time.perf_counter() - begin, epochs)
