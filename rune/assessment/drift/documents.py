"""The bins of many documents at once. A fleet of 10,000 devices has 360,000 of them in a judgement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from rune.watch.counts import LARGEST
from rune.watch.encoding import BIN_WIDTHS, COUNTS_SIZE, BadCounts
from rune.watch.layout import WatchLayout

Array = np.ndarray[Any, np.dtype[np.float64]]
Bins = np.ndarray[Any, np.dtype[np.uint32]]

_GROUPS: Final = len(BIN_WIDTHS)
_BINS: Final = sum(BIN_WIDTHS)
_ROW: Final = np.dtype(
    {
        "names": ["exponents", "bins", "time_exponent", "time"],
        "formats": [("u1", _GROUPS), ("<u2", _BINS), "u1", "<u2"],
        "offsets": [0, _GROUPS, _GROUPS + 2 * _BINS + 4, _GROUPS + 2 * _BINS + 5],
        "itemsize": COUNTS_SIZE,
    }
)


def bins_of_documents(counts: Sequence[bytes], layout: WatchLayout) -> Bins:
    """Returns the counts of labels, confidence and features of each document, [documents, bins]: what `decode` says of
    bytes that it takes. They were compared with the layout when they came, and here their size alone is. Raises
    `BadCounts` for another one."""
    rows = _rows(counts)
    # The time of a run is the last group.
    starts = np.cumsum((0, *BIN_WIDTHS))
    places = [np.arange(start, start + size) for start, size in zip(starts, layout.sizes, strict=False)]
    groups = np.repeat(np.arange(len(layout.sizes)), layout.sizes)
    values = rows["bins"][:, np.concatenate(places)].astype(np.uint64) << rows["exponents"][:, groups].astype(np.uint64)
    # The largest count has a spelling that rounds it up by one.
    bins: Bins = np.minimum(values, LARGEST).astype(np.uint32)
    return bins


def times_of_documents(counts: Sequence[bytes]) -> Array:
    """Returns the runs of each document in the bins of `TIME_EDGES`, and the seconds of all of them, f64
    [documents, 9]. Raises `BadCounts` for bytes of another size."""
    rows = _rows(counts)
    runs = rows["bins"][:, -BIN_WIDTHS[-1] :].astype(np.float64) * np.exp2(rows["exponents"][:, -1:].astype(np.float64))
    microseconds = rows["time"].astype(np.float64) * np.exp2(rows["time_exponent"].astype(np.float64))
    times: Array = np.concatenate([runs, microseconds[:, None] / 1e6], axis=1)
    return times


def _rows(counts: Sequence[bytes]) -> np.ndarray[Any, Any]:
    if any(len(each) != COUNTS_SIZE for each in counts):
        raise BadCounts(f"Counts are {COUNTS_SIZE} bytes.")
    return np.frombuffer(b"".join(counts), _ROW)
