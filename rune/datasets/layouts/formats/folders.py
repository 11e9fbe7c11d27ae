"""Folders, one a label, with or without folders for splits."""

from __future__ import annotations

from rune.datasets.content.content import SUFFIXES
from rune.datasets.content.unread_pictures import unread_picture_file
from rune.datasets.convert.plain import plain_recording
from rune.datasets.label_names import label_of_folder, split_of_folders
from rune.datasets.layouts.containers.files import DataFiles
from rune.datasets.layouts.layout import Item, Layout, Omission


def folders_by_label(archive: DataFiles) -> Layout:
    """Returns the recordings of an archive with the name of their folder as label."""
    items: list[Item] = []
    omissions: list[Omission] = []
    for name in archive.names:
        if name.lower().endswith(SUFFIXES):
            items.append(Item(name, label_of_folder(name), "", split_of_folders(name)))
        else:
            reason = unread_picture_file(name) or "It is not a WAV, FLAC, PNG, JPEG or CSV file."
            omissions.append(Omission(name, reason))
    return Layout("folders by label", items, omissions, read_recording)


def read_recording(archive: DataFiles, item: Item) -> bytes:
    """Returns the recording that a file is. Raises `BadContent`."""
    return plain_recording(archive.read(item.path))
