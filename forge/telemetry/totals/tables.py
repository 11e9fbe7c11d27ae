"""Totals as a table, in CSV and in Parquet: a row for each bin, so that runes with other bins are in one table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Final

from forge.accounts.audit.export import safe_cell
from forge.core.errors import Unprocessable
from forge.telemetry.totals.access import Total
from rune.datasets.content.content import BadContent
from rune.datasets.export.parquet import ColumnKind, table_file
from rune.environments.environment import EnvironmentNeeded
from rune.watch.layout import TIME_EDGES, WatchLayout

TABLE_COLUMNS: Final[Mapping[str, ColumnKind]] = {
    "day": ColumnKind.DAY,
    "version": ColumnKind.TEXT,
    "rune": ColumnKind.TEXT,
    "board": ColumnKind.TEXT,
    "group": ColumnKind.TEXT,
    "devices": ColumnKind.COUNT,
    "kind": ColumnKind.TEXT,
    "bin": ColumnKind.TEXT,
    "count": ColumnKind.COUNT,
}
MOST_ROWS: Final = 500_000
"""Rows of a Parquet file: it is made in memory."""


class TableTooLarge(Unprocessable):
    """The table has more rows than a Parquet file may have."""

    title = "The table is too large"


class ParquetUnavailable(Unprocessable):
    """No Parquet file can be written: its library is not installed, or it failed."""

    title = "No Parquet file can be written"


def table_rows(totals: Iterable[Total]) -> Iterator[tuple[str | int, ...]]:
    """Yields the rows of totals, with a value for each of `TABLE_COLUMNS`. A bin of numbers is named by its lower
    edge, and the lowest one is empty."""
    for total in totals:
        day = "" if total.day is None else total.day.isoformat()
        head = (day, total.watched.version, total.watched.rune, total.board, total.group, total.devices)
        yield from ((*head, *row) for row in _bins_of(total))


def totals_to_csv(totals: Iterable[Total]) -> str:
    """Returns totals as CSV, for spreadsheets too: no cell is a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(TABLE_COLUMNS)
    # Numbers are no formula, and most cells are numbers.
    writer.writerows([safe_cell(cell) if isinstance(cell, str) else cell for cell in row] for row in table_rows(totals))
    return text.getvalue()


def totals_to_parquet(totals: Iterable[Total]) -> bytes:
    """Returns the same table as a Parquet file, whose columns have types. Raises `TableTooLarge` for more than
    `MOST_ROWS` rows, and `ParquetUnavailable`."""
    rows = list(islice(table_rows(totals), MOST_ROWS + 1))
    if len(rows) > MOST_ROWS:
        message = f"The table has more than {MOST_ROWS:,} rows. Ask for fewer days, or for one group or board."
        raise TableTooLarge(message)
    try:
        return table_file(TABLE_COLUMNS, rows)
    except (EnvironmentNeeded, BadContent) as error:
        raise ParquetUnavailable(f"{error} The same table is there as CSV.") from None


def _bins_of(total: Total) -> Iterator[tuple[str, str, int]]:
    """Yields the kind, the bin and the count of each row."""
    counts = total.counts
    values = (
        *counts.labels,
        *counts.confidence,
        *(count for group in counts.features for count in group),
        *counts.time,
        counts.answers,
        counts.microseconds,
        counts.restarts,
        counts.memory,
    )
    return ((kind, name, value) for (kind, name), value in zip(_row_names(total.watched.layout), values, strict=True))


@lru_cache(maxsize=64)
def _row_names(layout: WatchLayout) -> tuple[tuple[str, str], ...]:
    """Returns the kind and the bin of each row of a total. They are the same for all totals of a rune."""
    labels = layout.labels.names if layout.labels else ()
    groups = [
        *([("confidence", layout.confidence.shares)] if layout.confidence else []),
        *((feature.name, feature.edges) for feature in layout.features),
        ("seconds of a run", TIME_EDGES),
    ]
    return (
        *(("label", label) for label in labels),
        *((kind, name) for kind, edges in groups for name in ("", *(f"{edge:g}" for edge in edges))),
        *((kind, "") for kind in ("answers", "microseconds", "restarts", "memory")),
    )
