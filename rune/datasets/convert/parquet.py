"""Parquet files as tables, decoded by fastparquet. Only the isolated process reads what others sent."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from typing import Any

from rune.datasets.content.content import BadContent
from rune.wording import size_text

MAX_ROWS, MAX_COLUMNS = 5_000_000, 1_000
MAX_UNPACKED = 256_000_000
"""Bytes of all columns once they are unpacked."""

_DAMAGED = "The Parquet file is damaged or cut short."


def table_of_parquet(data: bytes) -> tuple[Sequence[str], list[tuple[Any, ...]]]:
    """Returns the names of a Parquet file's columns, and its rows. A column of lists has lists in its rows.

    What the file says of its size is checked before anything is unpacked. Raises `BadContent`.
    """
    try:
        import fastparquet
    except ImportError:
        raise BadContent("Parquet files need the Python package fastparquet. Install it, or export CSV.") from None
    try:
        # The library prints what it finds of damaged metadata, and the process answers on its output.
        with redirect_stdout(io.StringIO()):
            file = fastparquet.ParquetFile(io.BytesIO(data))
            _require_small(file)
            return tuple(str(name) for name in file.columns), list(_rows(file))
    except BadContent:
        raise
    # The library raises whatever its parsers meet: there is no common class of its errors.
    except Exception:
        raise BadContent(_DAMAGED) from None


def _require_small(file: Any) -> None:
    columns = [column.meta_data for group in file.row_groups for column in group.columns]
    sizes = [column.total_uncompressed_size for column in columns]
    rows = [group.num_rows for group in file.row_groups]
    if any(each is None or each < 0 for each in (*sizes, *rows)):
        raise BadContent(_DAMAGED)
    if sum(sizes) > MAX_UNPACKED:
        raise BadContent(f"The Parquet file is larger than {size_text(MAX_UNPACKED)} once it is unpacked. Divide it.")
    if sum(rows) > MAX_ROWS or len(file.columns) > MAX_COLUMNS:
        raise BadContent(f"A Parquet file has at most {MAX_ROWS:,} rows and {MAX_COLUMNS:,} columns.")


def _rows(file: Any) -> Iterator[tuple[Any, ...]]:
    """Unpacks one group of rows at a time."""
    for frame in file.iter_row_groups(index=False):
        columns = [frame[name].tolist() for name in file.columns]
        yield from zip(*columns, strict=True)
