"""Google's Speech Commands: a folder a word, and the speaker in the name of each file."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rune.datasets.content.content import SUFFIXES, BadContent
from rune.datasets.label_names import word
from rune.datasets.layouts.containers.files import DataFiles
from rune.datasets.layouts.formats.folders import read_recording
from rune.datasets.layouts.layout import Item, Layout, Omission

_NAME = re.compile(r"(?:.*/)?([^/]+)/([0-9a-f]{8})_nohash_\d+\.wav")
_LISTS = {"validation_list.txt": "validation", "testing_list.txt": "test"}
_NOISE = "_background_noise_/"


def find_speech_commands(archive: DataFiles) -> Layout | None:
    """Returns the recordings of a Speech Commands archive. Each speaker is a group."""
    matches = {name: match for name in archive.names if (match := _NAME.fullmatch(name))}
    if not matches:
        return None
    lists = [name for name in archive.names if name.rpartition("/")[2] in _LISTS]
    splits = _splits(archive, lists)
    # Recordings that no list has are for training, also where the lists are empty.
    rest_split = "" if splits is None else "train"
    items = [
        Item(name, word(match[1]), match[2], (splits or {}).get("/".join(name.split("/")[-2:]), rest_split))
        for name, match in matches.items()
    ]
    rest = [name for name in archive.names if name.lower().endswith(SUFFIXES) and name not in matches]
    omissions = [
        Omission(name, "It is noise of several minutes. Cut it, and import the parts with a label.")
        if _NOISE in name
        else Omission(name, "Its name does not say the speaker.")
        for name in rest
    ]
    return Layout("Speech Commands", items, omissions, read_recording, lists)


def _splits(archive: DataFiles, names: Sequence[str]) -> dict[str, str] | None:
    """Returns the splits that lists say, or None if there are no lists. Raises `BadContent`."""
    splits: dict[str, str] = {}
    for name in names:
        try:
            lines = archive.read(name).decode("utf-8").splitlines()
        except UnicodeDecodeError:
            raise BadContent(f"The list {name} is not text.") from None
        splits |= {line.strip(): _LISTS[name.rpartition("/")[2]] for line in lines}
    return splits if names else None
