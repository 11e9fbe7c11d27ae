"""The pictures of the documentation: each is shown by a page, and each that a page shows is there."""

from __future__ import annotations

from tools.pictures.screenshots import FOLDER, shown_pictures


def test_pages_show_the_pictures_that_there_are_and_no_others() -> None:
    assert {path.name for path in FOLDER.iterdir()} == shown_pictures()
