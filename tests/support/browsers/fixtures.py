"""Fixtures of tests in browsers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, sync_playwright

from tests.support.servers.live_forge import LiveForge


@pytest.fixture
def forge(tmp_path: Path) -> Iterator[LiveForge]:
    with LiveForge(tmp_path / "data") as running:
        yield running


@pytest.fixture
def playwright() -> Iterator[Playwright]:
    """For one test: while it runs, its event loop is this thread's, and asynchronous tests would meet it."""
    with sync_playwright() as running:
        yield running
