"""Colours that the server states itself, in a picture, a badge or a letter, are the product's."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[4]
COLOUR = re.compile(r"(?<![&\w])#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b")
PAPER = {"#fff", "#ffffff"}
"""The colours of codes that a camera reads, and of letters on a badge."""


def colours(text: str) -> set[str]:
    return {colour.lower() for colour in COLOUR.findall(text)}


def test_each_colour_that_the_server_states_is_one_of_the_look() -> None:
    look = colours((ROOT / "frontend/src/look/tokens.css").read_text("utf-8"))
    assert len(look) > 40
    files = [*(ROOT / "forge").rglob("*.py"), *(ROOT / "templates").rglob("*.html")]
    colours_by_path = {path.relative_to(ROOT).as_posix(): colours(path.read_text("utf-8")) for path in files}
    foreign = {path: sorted(those - look - PAPER) for path, those in colours_by_path.items() if those - look - PAPER}
    assert foreign == {}
    assert colours_by_path["forge/web/docs/block_pictures.py"], "the pictures of the documentation have colours"
