"""The files of a data set by name, and names as reports show them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping, Sequence
from types import MappingProxyType

from rune.datasets.content.content import BadContent
from rune.wording import size_text

MAX_FILES = 200_000
MAX_FILE_BYTES = 64_000_000
"""Bytes of one file once it is unpacked: a recording in a wide format, or a list of all recordings."""
_IGNORED_NAMES = (".ds_store", "thumbs.db", "desktop.ini")


class DataFiles(ABC):
    """Files by name, with slashes between folders. What cannot be read is in `refusals`, with the reason as a
    sentence."""

    names: Sequence[str]
    """The sorted names of the files."""
    refusals: Mapping[str, str]
    fingerprints: Mapping[str, Hashable] = MappingProxyType({})
    """Values that are equal for files with the same bytes, by name in composed form, where a list has them. Of other
    files the bytes have to be read."""

    @abstractmethod
    def __contains__(self, name: object) -> bool:
        """Returns whether there is a file of this name."""

    @abstractmethod
    def read(self, name: str, limit: int = MAX_FILE_BYTES) -> bytes:
        """Returns the bytes of a file. Raises `BadContent` for one that is missing, damaged, or larger than `limit`."""

    def by_base_name(self) -> Mapping[str, str]:
        """Returns the names of files by their last part; one that several files have is left out."""
        names: dict[str, str] = {}
        several: set[str] = set()
        for name in self.names:
            base = name.rpartition("/")[2]
            if base in names:
                several.add(base)
            names[base] = name
        return {base: name for base, name in names.items() if base not in several}


class TooManyRecordings(BadContent):
    """There are more than `MAX_FILES` files, or recordings in them."""


class SampleFileTooLarge(BadContent):
    """A file has more bytes than are read."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"The file is larger than {size_text(limit)}.")


def printable_name(name: str) -> str:
    """Returns a name as a report shows it."""
    return "".join(each if each.isprintable() else "?" for each in name)[:200]


def is_ignored(name: str) -> bool:
    """Returns whether a file manager or a version control system left the file there."""
    parts = name.split("/")
    return (
        parts[0] == "__MACOSX" or ".git" in parts or parts[-1].lower() in _IGNORED_NAMES or parts[-1].startswith("._")
    )
