"""A search in the browser: trials come in while one looks, it is stopped, and a trial becomes a change and a run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from lab.training.settings import ENVIRONMENT
from tests.e2e.test_training import LONG, project_with_motion, require_fit
from tests.support.browsers.pages import OpenPage
from tests.support.servers.live_forge import LiveForge

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.skipif(not ENVIRONMENT.is_ready, reason="needs the TensorFlow environment, which `make lab` prepares"),
]


def test_a_search_fills_its_picture_is_stopped_and_a_trial_is_used(
    forge: LiveForge, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page()
    project = project_with_motion(forge, page, tmp_path / "motion")
    page.goto(f"{project}/searches?recipe=motion")
    require_fit(page)
    page.get_by_text("Values that are tried").click()
    for name, values in {"Window": "50", "Filters per layer": "4, 8, 64", "Blocks": "2", "Kernel size": "5, 7"}.items():
        page.get_by_label(name, exact=True).fill(values)
    page.get_by_label("Second board").select_option(label="ESP32-C3-DevKitM-1")
    page.get_by_label("RAM").fill("6")
    page.get_by_label("Trained trials").fill("20")
    page.get_by_role("button", name="Search", exact=True).click()
    page.wait_for_url("**/searches/1")
    search = page.url
    points = page.locator(".search-picture circle")
    expect(points.first).to_be_visible(timeout=LONG)
    best = page.get_by_role("region", name="Best for each size")
    expect(best).to_be_visible(timeout=LONG)
    expect(best.get_by_role("columnheader", name="Instructions, ESP32-C3-DevKitM-1")).to_be_visible()
    assert page.url == search  # it came in without another look at the page

    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.locator("[data-state=finished]")).to_be_visible(timeout=LONG)
    expect(page.get_by_text(re.compile("The search was stopped|candidate of the space was tried"))).to_be_visible()
    expect(page.get_by_text("a part of its accuracy is luck")).to_be_visible()
    require_fit(page)
    page.get_by_role("link", name="Flash", exact=True).click()
    expect(page.get_by_role("heading", name="Accuracy against Flash, both boards")).to_be_visible()
    page.get_by_role("button", name=re.compile("Open trial . as a change")).click()
    expect(page.get_by_text("a part of the accuracy is luck")).to_be_visible()
    page.goto(search)
    expect(page.get_by_role("link", name=re.compile("Change request of trial"))).to_be_visible()
    page.get_by_role("button", name="Train as a run").click()
    expect(page.get_by_label("Run progress")).to_be_visible()
    page.goto(search)
    expect(page.get_by_role("link", name="run 1", exact=True)).to_be_visible()
