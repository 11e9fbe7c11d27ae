"""The page on which a person takes the bins of a project from a version of its data: from the version to the file
in the studio, also on a phone and in the dark."""

from __future__ import annotations

import json
import random

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_data import send
from tests.support.browsers.accessibility import findings
from tests.support.browsers.pages import PHONE, OpenPage
from tests.support.browsers.studio import PATIENCE, create, expect_running, put_file, sign_in
from tests.support.forge.factories.recordings import sound
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

RATE = 16_000


def noise(seed: int) -> bytes:
    """A sound of a second."""
    values = random.Random(seed)
    return sound(*(values.randint(-500 * (seed + 1), 500 * (seed + 1)) for _ in range(RATE)), rate=RATE)


def take(page: Page) -> None:
    page.get_by_role("combobox", name="Version", exact=True).select_option("1")
    page.get_by_role("button", name="Take the bins").click()


def test_a_person_takes_the_bins_from_a_version_and_opens_the_file(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Spoken words")
    expect_running(page)
    project = page.url.removesuffix("/studio").removeprefix(f"{forge.address}/")

    # Without a version the page leads to the data.
    page.goto(f"{forge.address}/{project}/bins")
    expect(page.get_by_text("The project has no version of its data.")).to_be_visible()
    problems = [f"empty, {each}" for each in findings(page)]
    send(page, project, *((noise(number), ("yes", "no")[number % 2], f"Guest {number}") for number in range(10)))
    page.goto(f"{forge.address}/{project}/data")
    page.get_by_role("button", name="Save version").click()
    page.wait_for_url("**/data#versions")
    page.goto(f"{forge.address}/{project}/data/versions/1")
    page.get_by_role("link", name="Take the bins of Watch from this version").click()
    expect(page.get_by_role("heading", name="Bins and reference")).to_be_visible()
    problems += [f"form, {each}" for each in findings(page)]

    # The page follows the job by itself; by keyboard.
    page.get_by_role("button", name="Take the bins").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="From version 1")).to_be_visible()
    expect(page.get_by_text("Succeeded")).to_be_visible(timeout=2 * PATIENCE)
    expect(page.get_by_text("Wrote rune.watch: edges from")).to_be_visible()
    problems += [f"end, {each}" for each in findings(page)]
    page.set_viewport_size(PHONE)
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert problems == []
    page.set_viewport_size({"width": 1440, "height": 900})
    text = page.request.get(f"{forge.address}/api/v1/projects/{project}/files/rune.watch").text()
    assert json.loads(text)["layout"]["labels"]["names"]
    page.get_by_role("link", name="Open in the studio").click()
    expect(page.locator(".cm-content")).to_contain_text('"layout"')

    # With a change that breaks the pipeline it says why, and the file stays.
    runefile = page.request.get(f"{forge.address}/api/v1/projects/{project}/files/Runefile.yml").text()
    page.goto(f"{forge.address}/{project}/studio")
    put_file(page, "Runefile.yml", runefile.replace("version: 1", "version: 1\nwatch: off", 1).encode())
    page.goto(f"{forge.address}/{project}/bins?version=1")
    take(page)
    expect(page.get_by_text("it counts nothing")).to_be_visible(timeout=PATIENCE)
    assert [f"failed, {each}" for each in findings(page)] == []
