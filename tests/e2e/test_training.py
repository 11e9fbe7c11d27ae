"""Training in the browser: samples come in, a run is followed, paused, continued and compared, its model offered."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lab.training.settings import ENVIRONMENT
from tests.support.browsers.accessibility import LOOKS, findings
from tests.support.browsers.pages import DESKTOP, PHONE, OpenPage
from tests.support.browsers.studio import create, sign_in
from tests.support.installations.archives import zipped
from tests.support.patience import PATIENCE
from tests.support.servers.live_forge import LiveForge
from tests.support.training.motion_data import write_motion

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.skipif(not ENVIRONMENT.is_ready, reason="needs the TensorFlow environment, which `make lab` prepares"),
]

LONG = PATIENCE * 1000
MOST_EPOCHS = 2000
"""More than a run learns before somebody stops it, also on a machine with much else to do."""
MOST_HEIGHT = 6000
"""Pixels of the page of a change request with a model."""


def project_with_motion(forge: LiveForge, page: Page, folder: Path) -> str:
    """A project whose data has a version of motions; its address."""
    write_motion(folder)
    return project_with_samples(forge, page, folder)


def project_with_samples(forge: LiveForge, page: Page, folder: Path) -> str:
    """A project whose data has a version of the recordings of a folder; its address."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    archive = zipped({path.relative_to(folder).as_posix(): path.read_bytes() for path in files})
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    project = page.url.removesuffix("/studio")
    page.goto(f"{project}/data")
    page.get_by_role("link", name="Import", exact=True).click()
    page.get_by_label("ZIP file").set_input_files(
        {"name": "samples.zip", "mimeType": "application/zip", "buffer": archive}
    )
    page.get_by_label("I agree").check()
    page.get_by_role("button", name="Send").click()
    page.get_by_role("button", name="Import").click(timeout=LONG)
    samples = sum(path.name != "metadata.csv" for path in files)
    expect(page.get_by_text(f"{samples} samples added.")).to_be_visible(timeout=LONG)
    page.goto(f"{project}/data")
    page.get_by_label("What is new in this version").fill("First recordings")
    page.get_by_role("button", name="Save version").click()
    expect(page.locator("#versions").get_by_text("First recordings")).to_be_visible()
    return project


def require_fit(page: Page) -> None:
    """The page is as wide as a phone, and nothing is found wrong in it; then the window is wide again."""
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert findings(page, LOOKS) == []
    page.set_viewport_size(DESKTOP)


def epochs(page: Page) -> int:
    """The epochs that the page of a run shows."""
    match = re.search(r"Epoch (\d+)", page.get_by_label("Run progress").inner_text())
    return int(match[1]) if match else 0


def begin(page: Page, project: str, **arguments: int) -> None:
    page.goto(f"{project}/training")
    page.locator("details[data-advanced] > summary").click()
    for name, value in {"window": 50, "filters": 8, "blocks": 2, "hop": 25, "batch": 16, **arguments}.items():
        page.locator(f"input[name=argument-{name}]").fill(str(value))
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_label("Run progress")).to_be_visible()


def test_from_samples_to_a_model_in_a_change_request(forge: LiveForge, open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page()
    project = project_with_motion(forge, page, tmp_path / "motion")
    begin(page, project, epochs=MOST_EPOCHS, patience=MOST_EPOCHS)
    run = page.url
    points = page.locator("svg polyline").first
    expect(points).to_be_visible(timeout=LONG)
    expect(points).to_have_attribute("points", re.compile(r"(\S+ ){3}"), timeout=LONG)
    assert page.url == run  # the curve grew without another look at the page

    page.get_by_role("button", name="Continue later").click()
    expect(page.locator("[data-state=paused]")).to_be_visible(timeout=LONG)
    epoch = epochs(page)
    assert 3 < epoch < MOST_EPOCHS
    require_fit(page)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_label("Run progress")).not_to_contain_text(f"Epoch {epoch} ", timeout=LONG)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.locator("[data-state=finished]")).to_be_visible(timeout=LONG)
    expect(page.get_by_text("It was stopped.")).to_be_visible()
    assert epochs(page) > epoch
    expect(page.get_by_text("validation recordings").first).to_be_visible()
    require_fit(page)

    begin(page, project, epochs=6, patience=6)
    expect(page.locator("[data-state=finished]")).to_be_visible(timeout=LONG)
    page.goto(f"{project}/training")
    page.get_by_label("Choose run 1").check()
    page.get_by_label("Choose run 2").check()
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("row").filter(has_text="Epochs").first).to_be_visible()
    require_fit(page)

    page.goto(run)
    page.get_by_role("button", name="Use this model").click()
    expect(page.get_by_role("heading", name="Use the model of training run 1")).to_be_visible()
    expect(page.locator("details.file-lines", has_text="model.training.json")).not_to_have_attribute("open", "")
    assert page.evaluate("document.documentElement.scrollHeight") < MOST_HEIGHT
    require_fit(page)
