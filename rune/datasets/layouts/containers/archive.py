"""An archive whose bytes others wrote: a ZIP file in one or several pieces, read by descriptors and never unpacked.

Names are no paths here: nothing is written, and a name is only shown and compared.
"""

from __future__ import annotations

import io
import os
import re
import stat
import zipfile
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from unicodedata import normalize

from rune.datasets.content.content import BadContent
from rune.datasets.layouts.containers.files import (
    MAX_FILE_BYTES,
    MAX_FILES,
    DataFiles,
    SampleFileTooLarge,
    TooManyRecordings,
    is_ignored,
    printable_name,
)
from rune.datasets.layouts.containers.zip_names import name_doubt, zip_name
from rune.unreadable import ZIP_DAMAGE, is_folder
from rune.wording import size_text

MAX_TABLE_BYTES = 512_000_000
"""Bytes of a file that has many recordings, such as an MNIST or Parquet file."""
MAX_RATIO = 1_100
"""How many times larger a file may be than its packed bytes: Deflate reaches 1,032."""
_CHUNK = 1 << 20
_DRIVE = re.compile(r"[A-Za-z]:(/|$)")
"""The prefix of Windows, in front of a name; a label may have a colon."""
_ENCRYPTED_FLAG = 0x1
_UNIX = 3


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


class DataArchive(DataFiles):
    """The files of an archive by name."""

    def __init__(self, file: io.RawIOBase) -> None:
        """Raises `BadContent` for what is no ZIP file, and for one with too many files."""
        try:
            self._archive = zipfile.ZipFile(io.BufferedReader(file))
        except ZIP_DAMAGE:
            raise BadContent("This is not a ZIP file, or it is damaged or cut short.") from None
        for each in self._archive.infolist():
            each.filename = zip_name(each)
        infos = [each for each in self._archive.infolist() if not is_folder(each) and not is_ignored(each.filename)]
        if len(infos) > MAX_FILES:
            raise TooManyRecordings(f"The archive has {len(infos):,} files; an import has at most {MAX_FILES:,}.")
        self.doubt = name_doubt(infos)
        """A sentence about names that may be wrong, None where none may."""
        self.refusals: dict[str, str] = {}
        self._infos: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            self._add(info)
        self.names: Sequence[str] = sorted(self._infos)
        self.fingerprints = {name: (info.CRC, info.file_size) for name, info in self._infos.items()}

    def _add(self, info: zipfile.ZipInfo) -> None:
        name = info.filename
        if (reason := _problem(info)) is not None:
            self.refusals[printable_name(name)] = reason
        elif name in self._infos:
            self.refusals[printable_name(name)] = "It is in the archive twice."
        else:
            self._infos[name] = info

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and normalize("NFC", name) in self._infos

    def read(self, name: str, limit: int = MAX_FILE_BYTES) -> bytes:
        """Returns the bytes of a file. Raises `BadContent` for one that is missing, damaged, or larger than `limit`."""
        info = self._infos.get(normalize("NFC", name))
        if info is None:
            raise BadContent("The archive does not have this file.")
        data = bytearray()
        try:
            with self._archive.open(info) as source:
                while chunk := source.read(_CHUNK):
                    data += chunk
                    if len(data) > limit:
                        raise SampleFileTooLarge(limit)
        except SampleFileTooLarge:
            raise
        except ZIP_DAMAGE:
            raise BadContent("The file is damaged in the archive.") from None
        return bytes(data)


def _problem(info: zipfile.ZipInfo) -> str | None:
    """Returns why a file is not read, None where it is."""
    name = info.filename
    if name.startswith("/") or ".." in name.split("/") or _DRIVE.match(name):
        return "Its name leads out of the archive."
    if info.flag_bits & _ENCRYPTED_FLAG:
        return "It is encrypted."
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "Its compression method is not supported; pack it with Deflate."
    mode = info.external_attr >> 16 if info.create_system == _UNIX else 0
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return "It is a link, or not a plain file."
    if info.file_size > MAX_TABLE_BYTES:
        return f"It is larger than {size_text(MAX_TABLE_BYTES)}."
    if info.file_size > MAX_RATIO * max(1, info.compress_size):
        return "Its size in the list of files is impossible: nothing can be packed so small."
    return None
