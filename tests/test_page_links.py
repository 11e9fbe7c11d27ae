"""Links of the Markdown pages: every file and every heading that they lead to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

_LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
_CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^#+ (?P<text>.+)$", re.MULTILINE)


def anchors(page: str) -> set[str]:
    """The anchors that GitHub gives the headings of a page."""
    without_blocks = re.sub(r"^```.*?^```$", "", page, flags=re.DOTALL | re.MULTILINE)
    headings = (match["text"].strip().lower() for match in _HEADING.finditer(without_blocks))
    return {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in headings}


def links_of(page: Path) -> list[tuple[str, Path, str]]:
    """The links of a page within the project: each as it is written, its file, and its anchor. Code is not read."""
    links = []
    for match in _LINK.finditer(_CODE.sub("", page.read_text("utf-8"))):
        path, _, anchor = match["target"].partition("#")
        if "://" not in path and not path.startswith("mailto:"):
            links.append((match["target"], (page.parent / path).resolve() if path else page, anchor))
    return links


def broken_links(page: Path) -> list[str]:
    """The links of a page to files or headings that are not there."""
    return [
        link
        for link, target, anchor in links_of(page)
        if not target.exists() or (anchor and anchor not in anchors(target.read_text("utf-8")))
    ]


def reached(start: Path) -> set[Path]:
    """The pages that a reader comes to from one page by links."""
    pages, waiting = {start}, [start]
    while waiting:
        for _, target, _ in links_of(waiting.pop()):
            if target.suffix == ".md" and target.exists() and target not in pages:
                pages.add(target)
                waiting.append(target)
    return pages


def test_a_link_to_nothing_is_found_out(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text("# Other\n\n## A heading, with `code`\n")
    page = tmp_path / "page.md"
    page.write_text(
        "# Page\n[1](gone.md) [2](other.md#no-heading) [3](#none) [4](other.md#a-heading-with-code) [5](#page)\n"
        "`[6](in-code.md)` [7](https://example.org/gone.md)\n```\n[8](in-a-block.md)\n```\n"
    )
    assert broken_links(page) == ["gone.md", "other.md#no-heading", "#none"]


@pytest.mark.slow
def test_every_link_of_every_page_leads_somewhere() -> None:
    folders = ("docs", "examples", "forge", "lab", "rune", "tests")
    pages = [
        *REPOSITORY.glob("*.md"),
        REPOSITORY / "frontend" / "README.md",
        *(page for folder in folders for page in (REPOSITORY / folder).rglob("*.md")),
    ]
    assert len(pages) > 100
    assert {str(page.relative_to(REPOSITORY)): links for page in pages if (links := broken_links(page))} == {}


def test_a_page_that_nothing_links_is_not_reached(tmp_path: Path) -> None:
    for name, text in {"one.md": "[two](two.md)", "two.md": "[one](one.md)", "three.md": "[one](one.md)"}.items():
        (tmp_path / name).write_text(text)
    assert {page.name for page in reached(tmp_path / "one.md")} == {"one.md", "two.md"}


@pytest.mark.slow
def test_a_reader_of_the_readme_comes_to_every_page_of_the_documentation() -> None:
    pages = {page.resolve() for page in (REPOSITORY / "docs").rglob("*.md")}
    assert pages - reached((REPOSITORY / "README.md").resolve()) == set()
