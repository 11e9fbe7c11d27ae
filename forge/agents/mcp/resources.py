"""References that assistants read: pages of the documentation, as they are."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

from django.conf import settings

from rune.tools.mcp.server import TextResource

_PAGES: Final = {
    "runefile": ("The Runefile", "The grammar of a pipeline: capabilities, blocks, models and outputs"),
    "blocks": ("Blocks", "Each proc-block of the catalogue: types, arguments, meaning"),
    "language": ("Blocks in Python", "The subset of Python in which a project writes blocks of its own"),
    "forge-yml": ("forge.yml", "Limits, gates and how models are made"),
    "operators": ("Operators", "The operators of models, and where each is exact"),
    "diagnostics/README": ("Diagnostics", "All problems by their code"),
}


def references() -> tuple[TextResource, ...]:
    """Returns the pages, as Markdown."""
    folder = Path(settings.BASE_DIR) / "docs" / "reference"
    return tuple(
        TextResource(
            uri=f"hammer-forge://reference/{name.removesuffix('/README')}",
            title=title,
            description=description,
            mime_type="text/markdown",
            text=partial((folder / f"{name}.md").read_text, "utf-8"),
        )
        for name, (title, description) in _PAGES.items()
    )
