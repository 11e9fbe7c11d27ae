"""Pictures of pages, wide and on a phone, in light and dark, for people who compare them with drawings."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, ViewportSize

from tests.support.browsers.pages import PHONE

FOLDER: Final = "ROLLOUT_PICTURES"
"""The variable that names the folder; without it, no picture is taken."""
_SIZES: Final[tuple[ViewportSize, ...]] = ({"width": 1440, "height": 1000}, PHONE)


def take_pictures(page: Page, name: str) -> None:
    """Writes a page in each look, if a folder for pictures is named."""
    folder, size = os.environ.get(FOLDER), page.viewport_size
    if not folder:
        return
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for each in _SIZES:
            page.set_viewport_size(each)
            page.screenshot(
                path=Path(folder) / f"{name}-{each['width']}-{scheme}.png", full_page=True, animations="disabled"
            )
    page.emulate_media(color_scheme="light")
    if size is not None:
        page.set_viewport_size(size)
