"""The recordings of a data set that are read before anything comes in, to find the same bytes under two labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from unicodedata import normalize

from rune.datasets.layouts.containers.files import DataFiles
from rune.datasets.layouts.layout import Item, Layout


def compared_items(archive: DataFiles, layout: Layout, *, every: bool) -> Sequence[Item]:
    """Returns the recordings that may have the bytes of another one, by the list of an archive; with `every`, all
    others behind them. A file that has several recordings says nothing of each, so all of them are returned."""
    items_per_file = Counter(item.path for item in layout.items)
    has_one = [items_per_file[item.path] == 1 and item.path not in layout.lists for item in layout.items]
    fingerprints = [
        archive.fingerprints.get(normalize("NFC", item.path)) if is_alone else None
        for item, is_alone in zip(layout.items, has_one, strict=True)
    ]
    counts = Counter(fingerprints)
    may_repeat = [each is None or counts[each] > 1 for each in fingerprints]
    first = [item for item, repeats in zip(layout.items, may_repeat, strict=True) if repeats]
    others = [item for item, repeats in zip(layout.items, may_repeat, strict=True) if not repeats]
    return [*first, *others] if every else first
