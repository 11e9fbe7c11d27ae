"""Finding out which layout an archive has, and reading its recordings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from unicodedata import normalize

from rune.datasets.content.content import BadContent, Content, Kind
from rune.datasets.content.read import MAX_BYTES, read_content
from rune.datasets.content.row_rate import NO_RATES, RowRates
from rune.datasets.content.unread_pictures import unread_picture_file
from rune.datasets.layouts.annotations.boxes import labels_of, middles
from rune.datasets.layouts.containers.files import DataFiles, printable_name
from rune.datasets.layouts.formats.coco import find_coco
from rune.datasets.layouts.formats.croissant import find_croissant
from rune.datasets.layouts.formats.data_folder import find_data_folder
from rune.datasets.layouts.formats.edge_impulse import find_edge_impulse
from rune.datasets.layouts.formats.folders import folders_by_label
from rune.datasets.layouts.formats.hugging_face import find_hugging_face, find_hugging_face_parquet
from rune.datasets.layouts.formats.label_studio import find_label_studio
from rune.datasets.layouts.formats.mnist import find_mnist
from rune.datasets.layouts.formats.pascal_voc import find_pascal_voc
from rune.datasets.layouts.formats.speech_commands import find_speech_commands
from rune.datasets.layouts.formats.tables import find_tables
from rune.datasets.layouts.formats.yolo import find_yolo
from rune.datasets.layouts.layout import Finder, Item, Layout, Omission, without_long_words
from rune.datasets.layouts.row_rates import at_one_rate, timing_in
from rune.datasets.positions import Positions, label_of_positions, positions_to_json, read_positions
from rune.wording import size_text

FINDERS: Sequence[Finder] = (
    find_data_folder,
    find_speech_commands,
    find_mnist,
    find_croissant,
    find_edge_impulse,
    find_label_studio,
    find_coco,
    find_pascal_voc,
    find_yolo,
    find_hugging_face,
    find_hugging_face_parquet,
    find_tables,
)
"""The finders in their order: a layout that has more marks of its own comes first."""


def find_layout(archive: DataFiles) -> Layout:
    """Returns the layout of an archive, by default folders by label. Each of its files has a recording, is a list, or
    is an omission. Raises `BadContent`."""
    layout = next((match for find in FINDERS if (match := find(archive)) is not None), None)
    layout = without_long_words(layout or folders_by_label(archive))
    items = [_labelled(item) for item in layout.items]
    refused_files = [Omission(name, reason) for name, reason in archive.refusals.items()]
    return replace(layout, items=items, omissions=[*layout.omissions, *_unnamed_files(archive, layout), *refused_files])


def _unnamed_files(archive: DataFiles, layout: Layout) -> Iterator[Omission]:
    """Yields the files that the layout says nothing of."""
    named_files = {*layout.lists, *(item.path for item in layout.items), *(each.path for each in layout.omissions)}
    # A list may write accents in another way than the archive does.
    named_files = {normalize("NFC", name) for name in named_files}
    for name in archive.names:
        if normalize("NFC", name) not in named_files:
            reason = f"The archive was read as “{layout.name}”, in which this file is not a recording."
            yield Omission(name, unread_picture_file(name) or reason)


def _labelled(item: Item) -> Item:
    """A picture without a label is called after its objects."""
    if item.label or item.objects is None:
        return item
    return replace(item, label=label_of_positions(labels_of(item.objects)))


def positions_of(item: Item, content: Content) -> Positions | None:
    """Returns where objects are in a recording that was read; None for what is no picture. Raises `BadContent` for too
    many, and for one outside of the picture."""
    if item.objects is None or content.kind is not Kind.PICTURE:
        return None
    positions = middles(item.objects, content.drawing["width"], content.drawing["height"])
    return read_positions(positions_to_json(positions))


def read_item(archive: DataFiles, layout: Layout, item: Item, rates: RowRates = NO_RATES) -> Content:
    """Returns a recording as it is stored, at the rate of its input. Raises `BadContent`, whatever its bytes are."""
    try:
        data = layout.read(archive, item)
        if len(data) > MAX_BYTES:
            raise BadContent(f"The recording is larger than {size_text(MAX_BYTES)}. Cut it and import the parts.")
        content = read_content(data)
        return at_one_rate(content, timing_in(archive, layout, item), rates) if content.input else content
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        if isinstance(error, BadContent):
            raise
        raise BadContent("The file is damaged.") from error


def shown_name(layout: Layout, item: Item) -> str:
    """Returns the name of a recording in reports: that of its file, with its number where the file has several."""
    return f"{item.path}, series {item.index + 1}" if item.path in layout.lists else item.path


def shown_omission(omission: Omission) -> dict[str, str]:
    """Returns what a report says of a file that was left out."""
    return {"path": printable_name(omission.path), "reason": omission.reason}
