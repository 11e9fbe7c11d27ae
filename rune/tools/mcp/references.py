"""References that assistants read: pages of the documentation as they are, and the boards.

A checkout has the pages in `docs/reference`; a wheel has copies in the folder `pages` beside this file, which
`setup.py` puts there.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

from rune.tools.mcp.looking_up import board_rows
from rune.tools.mcp.server import TextResource
from rune.wording import size_text

_HERE = Path(__file__).resolve().parent
FOLDER: Final = _HERE / "pages" if (_HERE / "pages").is_dir() else _HERE.parents[2] / "docs" / "reference"
"""The folder of the pages."""
BASE: Final = "hammer-forge://reference"
PAGES: Final = {
    "runefile": ("The Runefile", "The grammar of a pipeline: capabilities, blocks, models and outputs"),
    "blocks": ("Blocks", "Each proc-block of the catalogue: types, arguments, meaning"),
    "language": ("Blocks in Python", "The subset of Python in which a project writes blocks of its own"),
    "forge-yml": ("forge.yml", "Limits, gates and how models are made"),
    "operators": ("Operators", "The operators of models, and where each is exact"),
    "diagnostics/README": ("Diagnostics", "All problems by their code"),
}
"""The title and the summary of each page, by its path without `.md`."""


def references() -> tuple[TextResource, ...]:
    """Returns the references, as Markdown."""
    boards = TextResource(f"{BASE}/boards", "Boards", "The boards that people own", "text/markdown", boards_text)
    return (*(_page(name, *texts) for name, texts in PAGES.items()), boards)


def boards_text() -> str:
    """Returns the boards as a table."""
    rows = ["| board | name | target | RAM | flash | MHz | sensors |", "| --- | --- | --- | --- | --- | --- | --- |"]
    for each in board_rows():
        memory = f"{size_text(each.ram)} | {size_text(each.flash)}"
        sensors = ", ".join(each.sensors) or "none"
        rows.append(f"| `{each.key}` | {each.name} | {each.target} | {memory} | {each.clock_mhz} | {sensors} |")
    return "\n".join(["# Boards", "", *rows, ""])


def _page(name: str, title: str, summary: str) -> TextResource:
    uri = f"{BASE}/{name.removesuffix('/README')}"
    return TextResource(uri, title, summary, "text/markdown", partial((FOLDER / f"{name}.md").read_text, "utf-8"))
