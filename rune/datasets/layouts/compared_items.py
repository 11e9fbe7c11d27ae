"""The order in which the recordings of a data set are read before anything comes in, to find the same bytes under two
labels, and what cannot be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from unicodedata import normalize

from rune.datasets.layouts.containers.files import DataFiles
from rune.datasets.layouts.layout import Item, Layout


def compared_items(archive: DataFiles, layout: Layout) -> Sequence[Item]:
    """Returns the recordings that may have the bytes of another one, by the list of an archive, and all others behind
    them. A file that has several recordings says nothing of each, so all of them come first."""
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
    return [*first, *others]
