"""Fixtures that the browser tests share: the program as a process, and Chromium with a camera and a microphone made of
files."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Playwright, expect

from tests.support.browsers import fixtures
from tests.support.browsers.pages import OpenPage, launch, people
from tests.support.browsers.studio import PATIENCE
from tools.browser import chromium
from tools.needs import CHROMIUM, lack

forge = fixtures.forge
playwright = fixtures.playwright

expect.set_options(timeout=PATIENCE)


def pytest_runtest_setup() -> None:
    """Skips the tests in this folder without a browser, before anything is started for them."""
    if chromium() is None:
        pytest.skip(lack(CHROMIUM))


@pytest.fixture
def open_page(playwright: Playwright) -> Iterator[OpenPage]:
    with people(lambda microphone: launch(playwright, microphone)) as opener:
        yield opener
