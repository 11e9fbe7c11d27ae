"""The page Watch with two months of counts: its marks lead somewhere, and axe finds nothing, in light and dark, also on
a phone."""

from __future__ import annotations

import subprocess
import sys

import pytest
from playwright.sync_api import expect

from tests.support.browsers.accessibility import findings
from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import sign_in
from tests.support.servers.live_forge import REPOSITORY, LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

STORE = "from tests.support.forge.counted_months import store; print(store())"


def store_months(forge: LiveForge) -> str:
    """Stores two months of counts while the server is stopped. Returns the address of the page."""
    forge.stop()
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", STORE]
    result = subprocess.run(
        command, cwd=REPOSITORY, env=forge.environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert result.returncode == 0, result.stderr
    forge.start()
    return f"{forge.address}{result.stdout.split()[-1]}"


def test_the_charts_have_marks_and_a_past_and_no_finding(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    # An open page would complain about the server that is away.
    page.goto("about:blank")
    address = store_months(forge)
    page.goto(address)
    marks = page.get_by_role("region", name="Releases, reviews and data")
    assert [each.inner_text() for each in marks.get_by_role("link").all()] == [
        "Data version 4",
        "Data version 5",
        "Review 9 changes requested",
        "Review 9 approved",
        "Data version 6",
        "Release 2: 1.5",
    ]
    mix = page.locator("section", has=page.get_by_role("heading", name="Label mix")).locator("svg.watch-chart")
    expect(mix.locator(".flag")).to_have_count(3)
    expect(mix.locator(".past")).to_be_visible()
    accuracy = page.get_by_role("region", name="Accuracy without labels")
    expect(accuracy.get_by_role("row", name="1.4")).to_contain_text("20 devices")
    problems = [f"watch, {each}" for each in findings(page)]
    page.goto(f"{address}?days=90&by=version")
    problems += [f"90 days, {each}" for each in findings(page)]
    with page.expect_download() as download:
        page.get_by_role("link", name="Parquet").click()
    assert download.value.suggested_filename == "boards.parquet"
    marks.get_by_role("link", name="Release 2: 1.5").click()
    expect(page.get_by_role("heading", name="History")).to_be_visible()
    assert not problems, "\n".join(problems)
