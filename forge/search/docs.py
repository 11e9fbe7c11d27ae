"""The pages and headings of the documentation, read once from the program's folder."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

from forge.core.http import media_types

_HEADING = re.compile(r"^#{1,6} (?P<text>.+)$", re.MULTILINE)
_BLOCK = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
_COMMENT = re.compile(r"^<!--.*?-->\n*", re.DOTALL | re.MULTILINE)
_SENTENCE = re.compile(r".*?[.](?= |$)|.*")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
PICTURES = {".png": "image/png", ".svg": media_types.SVG}
"""The kinds of pictures that pages show, and their types."""
FIRST = "README"
"""The path of the page that lists the others."""
BLOCKS = "reference/blocks"
"""The path of the page that lists the blocks; each has a page below it, which stands beside its code."""
_DIAGNOSTICS = "/docs/reference/diagnostics/"
"""The beginning of the addresses of diagnostics; each has a page."""
FOR_READERS = ("tutorial.md", "guides", "reference")
"""The pages in search results; the others are for contributors."""


@dataclass(frozen=True)
class Heading:
    """A heading of a page: its words, and the page's address with its anchor."""

    text: str
    page: str
    """The title of the page."""
    url: str


def anchor_of(heading: str) -> str:
    """The anchor of a heading, as links between the pages name it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def page_file(path: str) -> Path | None:
    """The file of a page by its path below `/docs`, or None if there is none."""
    return _files().get(path or FIRST)


def path_of(file: Path) -> str | None:
    """The path below `/docs` of a page or picture by its file, which is absolute; None for another file."""
    return _paths().get(file)


def picture_file(path: str) -> Path | None:
    """The file of a picture by its path below `/docs`, or None if there is none."""
    return _pictures().get(path)


def title_of(path: str) -> str:
    """The title of a page by its path below `/docs`. Raises `KeyError` where there is none."""
    return _first_line(_files()[path])


def summary_of(path: str) -> str:
    """Returns the first sentence of a page below its title, without links, by its path below `/docs`; "" where the page
    begins with something else than prose."""
    blocks = _COMMENT.sub("", _files()[path].read_text("utf-8")).split("\n\n")
    paragraph = " ".join(_LINK.sub(r"\1", blocks[1]).split()) if len(blocks) > 1 else ""
    sentence = _SENTENCE.match(paragraph) if paragraph[:1].isalnum() else None
    return "" if sentence is None else sentence[0]


def page_paths() -> list[str]:
    """Returns the paths of all pages below `/docs`, sorted."""
    return sorted(_files())


def find_headings(words: Sequence[str], most: int) -> list[Heading]:
    """Returns the headings that contain each word, in their own text or in the page's title.

    The one that is these words comes first, then titles, and among them diagnostics, which are sentences, last.
    """
    query = " ".join(words)

    def rank(heading: Heading) -> tuple[bool, bool, bool]:
        return heading.text.lower() != query, heading.text != heading.page, heading.url.startswith(_DIAGNOSTICS)

    return sorted((heading for heading in _headings() if _matches(heading, words)), key=rank)[:most]


def _matches(heading: Heading, words: Sequence[str]) -> bool:
    text = f"{heading.text} {heading.page}".lower()
    own = heading.text.lower()
    return all(word in text for word in words) and any(word in own for word in words)


@cache
def _files() -> dict[str, Path]:
    base = Path(settings.BASE_DIR)
    folder, blocks = base / "docs", (base / "rune" / "blocks").glob("*/README.md")
    pages = {str(file.relative_to(folder).with_suffix("")): file for file in sorted(folder.rglob("*.md"))}
    return pages | {f"{BLOCKS}/{file.parent.name}": file for file in sorted(blocks)}


@cache
def _paths() -> dict[Path, str]:
    return {file.resolve(): path for path, file in (_files() | _pictures()).items()}


@cache
def _pictures() -> dict[str, Path]:
    folder = Path(settings.BASE_DIR) / "docs"
    return {str(file.relative_to(folder)): file for kind in PICTURES for file in sorted(folder.rglob(f"*{kind}"))}


@cache
def _first_line(file: Path) -> str:
    with file.open(encoding="utf-8") as lines:
        return next(lines, "").removeprefix("# ").strip()


@cache
def _headings() -> tuple[Heading, ...]:
    paths = (path for path in _files() if path.split("/")[0] in FOR_READERS or f"{path}.md" in FOR_READERS)
    return tuple(heading for path in paths for heading in _of_page(path))


def _of_page(path: str) -> Iterator[Heading]:
    text = _BLOCK.sub("", _files()[path].read_text("utf-8"))
    title = ""
    for match in _HEADING.finditer(text):
        words = _LINK.sub(r"\1", match["text"]).replace("`", "").strip()
        anchor = "" if not title else f"#{anchor_of(match['text'])}"
        is_listed_page = bool(title) and f"{path}/{words}" in _files()
        title = title or words
        if is_listed_page:
            continue  # It is found by its own page.
        yield Heading(words, title, f"/docs/{path}{anchor}")
