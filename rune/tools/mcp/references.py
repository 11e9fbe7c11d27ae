"""References that assistants read: pages of the documentation as they are.

A checkout has the pages in `docs/reference`; a wheel has copies in the folder `pages` beside this file, which
`setup.py` puts there.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

from rune.tools.mcp.server import TextResource

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
    "boards": ("Boards", "The boards that people own"),
    "diagnostics/README": ("Diagnostics", "All problems by their code"),
}
"""The title and the summary of each page, by its path without `.md`."""


def references() -> tuple[TextResource, ...]:
    """Returns the references, as Markdown."""
    return tuple(_page(name, *texts) for name, texts in PAGES.items())


def _page(name: str, title: str, summary: str) -> TextResource:
    uri = f"{BASE}/{name.removesuffix('/README')}"
    return TextResource(uri, title, summary, "text/markdown", partial((FOLDER / f"{name}.md").read_text, "utf-8"))
