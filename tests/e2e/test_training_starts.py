"""Beginning with a model of Keras in the browser: chosen in the form, learned on with, named on the page of the run."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from lab.training.settings import ENVIRONMENT
from tests.e2e.test_training import LONG, project_with_motion, require_fit
from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import put_file
from tests.support.servers.live_forge import LiveForge
from tests.support.training.starts import write_start

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.skipif(not ENVIRONMENT.is_ready, reason="needs the TensorFlow environment, which `make lab` prepares"),
]
PATH = "models/gestures.keras"


def test_a_run_begins_with_a_file_of_the_project(forge: LiveForge, open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page()
    project = project_with_motion(forge, page, tmp_path / "motion")
    page.goto(f"{project}/training?recipe=motion")
    expect(page.get_by_text("A run can also begin with the network and the weights")).to_be_visible()
    write_start(tmp_path / "start.keras", classes=3)
    page.goto(f"{project}/studio")
    put_file(page, PATH, (tmp_path / "start.keras").read_bytes())

    page.goto(f"{project}/training?recipe=motion")
    choices = page.get_by_role("navigation", name="Begin with")
    expect(choices.get_by_role("link", name="Nothing")).to_have_attribute("aria-current", "true")
    expect(page.get_by_label("Layers that learn")).to_have_count(0)
    choices.get_by_role("link", name=PATH).click()
    expect(choices.get_by_role("link", name=PATH)).to_have_attribute("aria-current", "true")
    expect(page.locator("input[name=argument-learning-rate]")).to_have_value("0.0003")
    require_fit(page)
    page.locator("details[data-advanced] > summary").click()
    for name, value in {"learned-layers": 1, "epochs": 4, "window": 50, "hop": 25, "batch": 16}.items():
        page.locator(f"input[name=argument-{name}]").fill(str(value))
    page.get_by_role("button", name="Train", exact=True).click()

    facts = page.get_by_role("region", name="Recipe")
    expect(facts.get_by_text(PATH)).to_be_visible()
    expect(page.locator("[data-state=finished]")).to_be_visible(timeout=LONG)
    expect(facts.get_by_text("Before it learned")).to_be_visible()
    expect(page.get_by_role("region", name="On your boards").get_by_text("Instructions").first).to_be_visible()
    require_fit(page)
