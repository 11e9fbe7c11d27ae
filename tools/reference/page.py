"""Shared parts of the pages of docs/reference: their folder, the mark of a generated page, and wrapped text."""

from __future__ import annotations

from textwrap import fill

from tools.setup import ROOT

REFERENCE = ROOT / "docs" / "reference"


WRITTEN_BY = "<!-- Written by `make reference`; change the code, not this page. -->"


def cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def joined(blocks: list[str]) -> str:
    """The blocks as one page; prose is wrapped, tables and code are not."""
    as_it_is = ("|", "```", "#", "<!--", "* ")
    return "\n\n".join(block if block.startswith(as_it_is) else fill(block, 120) for block in blocks) + "\n"
