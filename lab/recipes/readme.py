"""The page of a recipe, `README.md` of its folder, as far as the form of a run shows it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_NEEDS = "| needs | "


@dataclass(frozen=True)
class RecipePage:
    """Sentences in Markdown: the purpose of a recipe, and the data that it needs."""

    summary: str
    needs: str


def read_page(folder: Path) -> RecipePage:
    """Reads the page in the folder of a recipe: the paragraph below its heading, and the row "needs" of its table.

    Raises `ValueError` for a page without one of them, and `OSError` where there is no page."""
    lines = (folder / "README.md").read_text("utf-8").splitlines()
    summary = next((line for line in lines if line and not line.startswith(("#", "|"))), "")
    needs = next((line.removeprefix(_NEEDS).removesuffix(" |") for line in lines if line.startswith(_NEEDS)), "")
    if not summary or not needs:
        raise ValueError(f"The page of the recipe in {folder.name} lacks its summary or the row of what it needs.")
    return RecipePage(summary, needs)
