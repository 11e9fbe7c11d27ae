"""The bins of many documents at once. A fleet of 10,000 devices has 360,000 of them in a judgement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from rune.watch.counts import LARGEST
from rune.watch.encoding import BIN_WIDTHS, COUNTS_SIZE, BadCounts
from rune.watch.layout import WatchLayout

Bins = np.ndarray[Any, np.dtype[np.uint32]]

_GROUPS: Final = len(BIN_WIDTHS)
_BINS: Final = sum(BIN_WIDTHS)
_ROW: Final = np.dtype(
    {
        "names": ["exponents", "bins"],
        "formats": [("u1", _GROUPS), ("<u2", _BINS)],
        "offsets": [0, _GROUPS],
        "itemsize": COUNTS_SIZE,
    }
)


def bins_of_documents(counts: Sequence[bytes], layout: WatchLayout) -> Bins:
    """Returns the counts of labels, confidence and features of each document, [documents, bins]: what `decode` says of
    bytes that it takes. They were compared with the layout when they came, and here their size alone is. Raises
    `BadCounts` for another one."""
    if any(len(each) != COUNTS_SIZE for each in counts):
        raise BadCounts(f"Counts are {COUNTS_SIZE} bytes.")
    rows = np.frombuffer(b"".join(counts), _ROW)
    # The time of a run is the last group, and not judged.
    starts = np.cumsum((0, *BIN_WIDTHS))
    places = [np.arange(start, start + size) for start, size in zip(starts, layout.sizes, strict=False)]
    groups = np.repeat(np.arange(len(layout.sizes)), layout.sizes)
    values = rows["bins"][:, np.concatenate(places)].astype(np.uint64) << rows["exponents"][:, groups].astype(np.uint64)
    # The largest count has a spelling that rounds it up by one.
    bins: Bins = np.minimum(values, LARGEST).astype(np.uint32)
    return bins
