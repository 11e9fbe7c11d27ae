"""Rows of texts as columns for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

BETWEEN = "  "


def columns(rows: Sequence[Sequence[str]]) -> str:
    """One line a row, each column as wide as its longest text; no spaces at the end of a line."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (BETWEEN.join(text.ljust(width) for text, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)
