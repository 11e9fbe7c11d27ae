"""One template decides what every page begins with, so that no page has a head or a logo of its own."""

from __future__ import annotations

from pathlib import Path

TEMPLATES = Path(__file__).parents[1] / "templates"
ELSEWHERE = {"email/letter.html"}
"""A mail has neither style sheet nor bar."""


def test_one_template_writes_the_document_and_the_logo() -> None:
    pages = {path.relative_to(TEMPLATES).as_posix(): path.read_text("utf-8") for path in TEMPLATES.rglob("*.html")}
    assert {name for name, text in pages.items() if "<html" in text} - ELSEWHERE == {"shell.html"}
    assert {name for name, text in pages.items() if "parts/frame/mark.html" in text} == {"shell.html"}
