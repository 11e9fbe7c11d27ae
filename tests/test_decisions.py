"""The decisions of docs/adr: each is listed once, and each former number leads to the page that has its content."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

_DECISION = re.compile(r"docs/adr/(?P<number>\d{4})|\b(?:decisions?|ADR) (?P<first>\d+)(?: and (?P<second>\d+))?")
_ROW = re.compile(r"^\| \[(?P<number>\d{4})\]\((?P<file>[^)]+)\) \| (?P<title>.+) \|$", re.MULTILINE)
_FORMER = re.compile(r"^\| (?P<number>\d{4}) \| \[[^\]]+\]\((?P<target>[^)]+)\) \|$", re.MULTILINE)
_SUPERSEDES = re.compile(r"^Supersedes: (?P<numbers>\d{4}(?:, \d{4})*)$", re.MULTILINE)


def differences(folder: Path) -> list[str]:
    """Returns the sentences that say where the list of a folder of decisions is not what its pages say."""
    pages = {page.name: page.read_text("utf-8") for page in sorted(folder.glob("0*.md"))}
    listing = (folder / "README.md").read_text("utf-8")
    rows = [(row["file"], f"{int(row['number'])}. {row['title']}") for row in _ROW.finditer(listing)]
    titles = {name: text.partition("\n")[0].removeprefix("# ") for name, text in pages.items()}
    former = [(row["number"], row["target"]) for row in _FORMER.finditer(listing)]
    replacements = [
        (number, name)
        for name, text in pages.items()
        for match in _SUPERSEDES.finditer(text)
        for number in match["numbers"].split(", ")
    ]
    beside_code = [(number, target) for number, target in former if target.startswith("../../")]
    numbers = [name[:4] for name in pages] + [number for number, _ in former]
    return [
        *(f"not listed as it is: {name}" for name, title in titles.items() if rows.count((name, title)) != 1),
        *(f"listed without its page: {name}" for name, _ in rows if name not in pages),
        *(f"former number without its row: {number}" for number, name in replacements if (number, name) not in former),
        *(
            f"not superseded: {number}"
            for number, name in former
            if (number, name) not in [*replacements, *beside_code]
        ),
        *(f"used twice: {number}" for number in sorted(set(numbers)) if numbers.count(number) > 1),
    ]


def _write(folder: Path, pages: dict[str, str]) -> None:
    for name, text in pages.items():
        (folder / name).write_text(text)


def test_a_list_that_says_what_its_pages_say_has_no_differences(tmp_path: Path) -> None:
    former = "| 0002 | [0001](0001-a.md) |\n| 0003 | [forge/README.md](../../forge/README.md#notes) |\n"
    _write(
        tmp_path,
        {"0001-a.md": "# 1. Use a\n\nSupersedes: 0002\n", "README.md": "| [0001](0001-a.md) | Use a |\n" + former},
    )
    assert differences(tmp_path) == []


def test_each_difference_between_a_list_and_its_pages_is_reported(tmp_path: Path) -> None:
    listing = "| [0001](0001-a.md) | Use c |\n| [0004](0004-d.md) | Use d |\n| 0003 | [0001](0001-a.md) |\n"
    former = "| 0003 | [forge/README.md](../../forge/README.md) |\n"
    _write(tmp_path, {"0001-a.md": "# 1. Use a\n\nSupersedes: 0002\n", "README.md": listing + former})
    assert differences(tmp_path) == [
        "not listed as it is: 0001-a.md",
        "listed without its page: 0004-d.md",
        "former number without its row: 0002",
        "not superseded: 0003",
        "used twice: 0003",
    ]


def test_each_decision_is_listed_and_each_former_number_has_its_row() -> None:
    assert differences(REPOSITORY / "docs" / "adr") == []


def decisions_in(text: str) -> set[int]:
    """The numbers of the decisions that a text names, as in `docs/adr/0102`, `decision 5` and `decisions 5 and 34`."""
    return {int(number) for match in _DECISION.finditer(text) for number in match.groups() if number}


def test_a_text_names_decisions_by_their_numbers() -> None:
    assert decisions_in("(docs/adr/0102), decision 5, decisions 7 and 34, ADR 81") == {102, 5, 7, 34, 81}


@pytest.mark.slow
def test_every_decision_that_the_code_or_a_page_names_has_a_page() -> None:
    pages = {int(page.name[:4]) for page in (REPOSITORY / "docs" / "adr").glob("0*.md")}
    folders = [REPOSITORY / name for name in ("rune", "forge", "lab", "hmr", "docs")]
    files = [file for folder in folders for ending in ("*.py", "*.md") for file in folder.rglob(ending)]
    references = {str(file): decisions_in(file.read_text("utf-8")) - pages for file in files}
    assert {file: numbers for file, numbers in references.items() if numbers} == {}
