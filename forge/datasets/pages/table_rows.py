"""The names and the first rows of a table, for the page of its sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from forge.core.blobs.store import read_blob
from forge.core.errors import BytesDamaged, NotFound
from forge.datasets.models.samples import SampleKind
from forge.datasets.sample_cards import SampleCard

ROWS_SHOWN: Final = 5
"""Rows of a table that its page lists; the picture above draws all of them."""


@dataclass(frozen=True)
class TableRows:
    """The column names of a table and its first rows, as its file writes them, of `count` rows."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    count: int

    @property
    def single(self) -> tuple[tuple[str, str], ...]:
        """Each name with its value, of a table of one row; empty for a longer one."""
        return tuple(zip(self.names, self.rows[0], strict=False)) if self.count == 1 else ()


def table_rows(card: SampleCard) -> TableRows | None:
    """Returns the rows of a table that the reader may play; None for another kind, and where its bytes are gone."""
    if card.sample.kind != SampleKind.TABLE or not card.recording:
        return None
    try:
        lines = read_blob(card.sample.digest).decode("utf-8", "replace").splitlines()
    except (NotFound, BytesDamaged):
        return None
    names, *rows = (tuple(field.strip() for field in line.split(",")) for line in lines[: ROWS_SHOWN + 1])
    return TableRows(names, tuple(rows), len(lines) - 1)
