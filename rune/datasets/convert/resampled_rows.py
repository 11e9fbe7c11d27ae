"""The rows of motion and tables at another rate, interpolated linearly. Sounds keep their rate, which their file says,
and are converted where a rune reads them (`rune.running.runtime.inputs.resampling`)."""

from __future__ import annotations

from math import floor
from typing import Final

import numpy as np

from rune.datasets.content.content import BadContent, Content, Kind
from rune.datasets.content.motion import MAX_ROWS
from rune.datasets.content.read import MAX_BYTES
from rune.datasets.content.table import parse_table
from rune.datasets.convert.series import motion_of, table_of_numbers
from rune.wording import size_text

_ROUNDING: Final = 1e-9
"""The distance before a row that still counts as that row: ratios of intervals are not exact."""


def resampled_rows(content: Content, ratio: float) -> bytes:
    """Returns motion or a table whose rows are `ratio` times as frequent, as a CSV file. It begins with the same row,
    and ends at or just before the last one. Raises `BadContent` for one that becomes too large."""
    names: tuple[str, ...] = ()
    if content.kind is Kind.TABLE:
        table = parse_table(content.data)
        names, rows = table.names, table.rows
    else:
        rows = np.loadtxt(content.data.decode("ascii").splitlines(), np.float64, delimiter=",", ndmin=2)
    count = floor((len(rows) - 1) * ratio + _ROUNDING) + 1
    if count > MAX_ROWS:
        raise BadContent(f"At the rate of the data, it has more than {MAX_ROWS:,} rows. Cut it, and import the parts.")
    places = np.minimum(np.arange(count) / ratio, len(rows) - 1)
    columns = [np.interp(places, np.arange(len(rows)), column) for column in rows.T]
    # A device computes with numbers of 32 bits: more digits say nothing.
    lines = [[float(str(value)) for value in row] for row in np.stack(columns, axis=1).astype(np.float32)]
    data = table_of_numbers(names, lines) if names else motion_of(lines)
    if len(data) > MAX_BYTES:
        raise BadContent(
            f"At the rate of the data, it is larger than {size_text(MAX_BYTES)}. Cut it, and import the parts."
        )
    return data
