"""Numbers that were learned, such as centres and mixtures, as arguments of the blocks that compute with them."""

from __future__ import annotations

from collections.abc import Iterable


def number_rows(rows: Iterable[Iterable[float]]) -> str:
    """Numbers as text, a line for each row: as many digits as an f32 needs, and three more."""
    return "".join(" ".join(f"{float(each):.12g}" for each in row) + "\n" for row in rows)
