"""Folders that `rune data pull` wrote: a list says what each file is."""

from __future__ import annotations

from rune.datasets.content.content import BadContent
from rune.datasets.content.read import read_content
from rune.datasets.convert.plain import plain_recording
from rune.datasets.export.data_folder import LIST, read_list
from rune.datasets.label_names import split_of, word
from rune.datasets.layouts.annotations.boxes import MarkedObjects, point
from rune.datasets.layouts.containers.files import DataFiles
from rune.datasets.layouts.containers.json_files import json_of
from rune.datasets.layouts.layout import Item, Layout, Omission


def find_data_folder(archive: DataFiles) -> Layout | None:
    """Returns the recordings that a list `data-set.json` names. Raises `BadContent` for one that is damaged."""
    name = next((name for name in archive.names if name.rpartition("/")[2] == LIST and name.count("/") <= 1), None)
    if name is None:
        return None
    contents = read_list(json_of(archive.read(name), name))
    if contents is None:
        raise BadContent(f"{name} is not a list of samples that rune data pull wrote.")
    folder = name.removesuffix(LIST)
    items: list[Item] = []
    omissions: list[Omission] = []
    for row in contents[1]:
        if folder + row.file in archive:
            label, group, split = word(row.label), word(row.group), split_of(row.split)
            objects = None if row.positions is None else MarkedObjects([point(each) for each in row.positions])
            items.append(Item(folder + row.file, label, group, split, objects=objects))
        else:
            omissions.append(Omission(folder + row.file, "The archive does not have this file, which its list names."))
    return Layout("data folder", items, omissions, _read, [name])


def _read(archive: DataFiles, item: Item) -> bytes:
    """Returns a recording as it was pulled, with columns of times too. One that somebody put there is converted."""
    data = archive.read(item.path)
    try:
        return read_content(data).data
    except BadContent:
        return plain_recording(data)
