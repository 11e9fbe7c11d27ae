"""Finding out which layout an archive has, and reading its recordings."""

from __future__ import annotations

from collections.abc import Sequence

from rune.datasets.content.content import BadContent, Content
from rune.datasets.content.read import MAX_BYTES, read_content
from rune.datasets.layouts.croissant import find_croissant
from rune.datasets.layouts.data_folder import find_data_folder
from rune.datasets.layouts.edge_impulse import find_edge_impulse
from rune.datasets.layouts.files import DataFiles, shown
from rune.datasets.layouts.folders import folders_by_label
from rune.datasets.layouts.hugging_face import find_hugging_face, find_hugging_face_parquet
from rune.datasets.layouts.label_studio import find_label_studio
from rune.datasets.layouts.layout import Finder, Item, Layout, Omission, without_long_words
from rune.datasets.layouts.mnist import find_mnist
from rune.datasets.layouts.speech_commands import find_speech_commands
from rune.datasets.layouts.tables import find_tables
from rune.wording import size_text

FINDERS: Sequence[Finder] = (
    find_data_folder,
    find_speech_commands,
    find_mnist,
    find_croissant,
    find_edge_impulse,
    find_label_studio,
    find_hugging_face,
    find_hugging_face_parquet,
    find_tables,
)
"""In this order: a layout that has more marks of its own comes first."""


def find_layout(archive: DataFiles) -> Layout:
    """Returns the layout of an archive, by default folders by label. Raises `BadContent`."""
    layout = next((match for find in FINDERS if (match := find(archive)) is not None), None)
    layout = without_long_words(layout or folders_by_label(archive))
    refused = [Omission(name, reason) for name, reason in archive.refused.items()]
    return Layout(layout.name, layout.items, [*layout.omissions, *refused], layout.read)


def read_item(archive: DataFiles, layout: Layout, item: Item) -> Content:
    """Returns a recording as it is stored. Raises `BadContent`, whatever its bytes are."""
    try:
        data = layout.read(archive, item)
        if len(data) > MAX_BYTES:
            raise BadContent(f"The recording is larger than {size_text(MAX_BYTES)}. Cut it and import the parts.")
        return read_content(data)
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        if isinstance(error, BadContent):
            raise
        raise BadContent("The file is damaged.") from error


def shown_omission(omission: Omission) -> dict[str, str]:
    """Returns what a report says of a file that was left out."""
    return {"path": shown(omission.path), "reason": omission.reason}
