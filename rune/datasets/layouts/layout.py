"""A layout's description of a data set: its recordings with labels, and the omitted files."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

from rune.datasets.convert.times import Timing, timing_of_csv
from rune.datasets.label_names import WORD_LIMIT
from rune.datasets.layouts.annotations.boxes import MarkedObjects
from rune.datasets.layouts.annotations.marked_places import MarkedPlace
from rune.datasets.layouts.containers.files import DataFiles

_QUOTED_LENGTH = 30
"""Characters of a word that is too long, as a report quotes it."""


@dataclass(frozen=True)
class Item:
    """One recording of a data set, and what the data set says of it. Empty text is what it does not say."""

    path: str
    """The file that it is in. It names the recording in the report and nowhere else."""
    label: str = ""
    group: str = ""
    """The person or device that was recorded, by a pseudonym."""
    split: str = ""
    device: str = ""
    index: int = 0
    """The number within the file, where a file has several."""
    rate: float = 0.0
    """Values a second, where the data set says it beside the file."""
    objects: MarkedObjects | None = None
    """The places of objects in a picture, where the data set says it."""
    places: Sequence[MarkedPlace] | None = None
    """The places of labels in a sound, where the data set says it."""


@dataclass(frozen=True)
class Omission:
    """A file that does not become a sample, and why, as a sentence."""

    path: str
    reason: str


def plain_timing(archive: DataFiles, item: Item) -> Timing | None:
    """Returns the timing of a CSV file that has one recording."""
    if not item.path.lower().endswith(".csv"):
        return None
    return timing_of_csv(archive.read(item.path))


@dataclass(frozen=True)
class Layout:
    """A data set whose lists were read. Its recordings are read one by one."""

    name: str
    """The layout's name on pages, such as "Speech Commands"."""
    items: Sequence[Item]
    omissions: Sequence[Omission] = ()
    read: Callable[[DataFiles, Item], bytes] = field(default=lambda archive, item: archive.read(item.path))
    """Returns a recording as a WAV, PNG, JPEG or CSV file. Raises `BadContent`."""
    lists: Collection[str] = ()
    """The files that say what the recordings are, and tables with several recordings."""
    timing: Callable[[DataFiles, Item], Timing | None] = plain_timing
    """Returns how the rows of motion or of a table follow each other, None for what has no times. Raises
    `BadContent`."""


def without_long_words(layout: Layout) -> Layout:
    """Returns the layout without the recordings whose label, pseudonym or device has more than `WORD_LIMIT`
    characters; each of them is an omission. Cutting the words would make one label of two."""
    omissions = [Omission(item.path, reason) for item in layout.items if (reason := _long_word(item)) is not None]
    items = [item for item in layout.items if _long_word(item) is None] if omissions else layout.items
    return replace(layout, items=items, omissions=[*layout.omissions, *omissions])


def _long_word(item: Item) -> str | None:
    """Returns what is too long about the names that a recording has, or None if nothing is."""
    words = [("label", item.label), ("person", item.group), ("device", item.device)]
    words += [("label", place.label) for place in item.places or ()]
    for noun, text in words:
        if len(text) > WORD_LIMIT:
            return f"Its {noun} “{text[:_QUOTED_LENGTH]}…” has {len(text):,} characters; the limit is {WORD_LIMIT}."
    return None


Finder = Callable[[DataFiles], Layout | None]
"""Returns the layout of a data set, None where the files are not in this layout. Raises `BadContent`."""
