"""An archive whose bytes others wrote: a ZIP file in one or several pieces, read by descriptors and never unpacked.

Names are no paths here: nothing is written, and a name is only shown and compared.
"""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
import zlib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate

from rune.datasets.content.content import BadContent
from rune.wording import size_text

MAX_FILES = 200_000
MAX_FILE_BYTES = 64_000_000
"""Bytes of one file once it is unpacked: a recording in a wide format, or a list of all recordings."""
MAX_TABLE_BYTES = 512_000_000
"""Bytes of a file that has many recordings, such as an MNIST or Parquet file."""
MAX_RATIO = 1_100
"""How many times larger a file may be than its packed bytes: Deflate reaches 1,032."""
_CHUNK = 1 << 20
_ENCRYPTED = 0x1
_UNIX = 3
_IGNORED = (".ds_store", "thumbs.db", "desktop.ini")
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
)
"""What the library raises for damaged bytes."""


class JoinedFile(io.RawIOBase):
    """Several open files as one that follows the other. It moves no position of theirs."""

    def __init__(self, descriptors: Sequence[int]) -> None:
        super().__init__()
        self._descriptors = descriptors
        self._starts = [0, *accumulate(os.fstat(each).st_size for each in descriptors)]
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._starts[-1]}[whence]
        if base + offset < 0:
            raise ValueError("The position is negative.")
        self._position = base + offset
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if self._position >= self._starts[-1]:
            return 0
        number = bisect_right(self._starts, self._position) - 1
        start = self._starts[number]
        data = os.pread(self._descriptors[number], len(buffer), self._position - start)
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)


class DataArchive:
    """The files of an archive by name. What cannot be read is in `refused`, with the reason as a sentence."""

    def __init__(self, file: io.RawIOBase) -> None:
        """Raises `BadContent` for what is no ZIP file, and for one with too many files."""
        try:
            self._archive = zipfile.ZipFile(io.BufferedReader(file))
        except _UNREADABLE:
            raise BadContent("This is not a ZIP file, or it is damaged or cut short.") from None
        infos = [each for each in self._archive.infolist() if not each.is_dir() and not _is_ignored(each.filename)]
        if len(infos) > MAX_FILES:
            raise BadContent(f"The archive has {len(infos):,} files; an import has at most {MAX_FILES:,}.")
        self.refused: dict[str, str] = {}
        self._infos: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            self._add(info)
        self.names: Sequence[str] = sorted(self._infos)

    def _add(self, info: zipfile.ZipInfo) -> None:
        name = info.filename
        if (reason := _problem(info)) is not None:
            self.refused[shown(name)] = reason
        elif name in self._infos:
            self.refused[shown(name)] = "It is in the archive twice."
        else:
            self._infos[name] = info

    def __contains__(self, name: object) -> bool:
        return name in self._infos

    def read(self, name: str, limit: int = MAX_FILE_BYTES) -> bytes:
        """Returns the bytes of a file. Raises `BadContent` for one that is missing, damaged, or larger than `limit`."""
        info = self._infos.get(name)
        if info is None:
            raise BadContent("The archive does not have this file.")
        data = bytearray()
        try:
            with self._archive.open(info) as source:
                while chunk := source.read(_CHUNK):
                    data += chunk
                    if len(data) > limit:
                        raise _TooLarge(limit)
        except _TooLarge:
            raise
        except _UNREADABLE:
            raise BadContent("The file is damaged in the archive.") from None
        return bytes(data)

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


class _TooLarge(BadContent):
    def __init__(self, limit: int) -> None:
        super().__init__(f"The file is larger than {size_text(limit)}.")


def shown(name: str) -> str:
    """Returns a name as a report shows it."""
    return "".join(each if each.isprintable() else "?" for each in name)[:200]


def _is_ignored(name: str) -> bool:
    """Whether a file manager or a version control system left the file there."""
    parts = name.split("/")
    return parts[0] == "__MACOSX" or ".git" in parts or parts[-1].lower() in _IGNORED or parts[-1].startswith("._")


def _problem(info: zipfile.ZipInfo) -> str | None:
    """Returns why a file is not read, None where it is."""
    name = info.filename
    if name.startswith("/") or "\\" in name or ".." in name.split("/") or ":" in name.split("/")[0]:
        return "Its name leads out of the archive."
    if info.flag_bits & _ENCRYPTED:
        return "It is encrypted."
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "Its compression method is not supported; pack it with Deflate."
    mode = info.external_attr >> 16 if info.create_system == _UNIX else 0
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return "It is a link or no plain file."
    if info.file_size > MAX_TABLE_BYTES:
        return f"It is larger than {size_text(MAX_TABLE_BYTES)}."
    if info.file_size > MAX_RATIO * max(1, info.compress_size):
        return "Its size in the list of files is a lie: nothing can be packed so small."
    return None
