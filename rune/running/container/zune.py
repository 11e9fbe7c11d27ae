"""Reading a zune: the zip that the last versions of Rune made in place of a module. Looks inside; builds nothing.

A zune is a foreign file. Its directory is read entry by entry under limits, no name leads out of it, and what is
unpacked is bounded by the size that was allowed and never by the one that the file claims.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from rune.project.files import FileMissing, FileNotInProject, FileTooLarge, normal_path
from rune.project.runefile import DEFAULT_RUNEFILE, MAX_RUNEFILE_SIZE
from rune.running.container.errors import ContainerError
from rune.wording import size_text

MAX_ENTRIES = 4096
MAX_ENTRY_SIZE = 64 * 1024 * 1024
"""Bytes that one entry may have when it is unpacked."""

_END = struct.Struct("<4s4H2LH")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_LONGEST_COMMENT = 0xFFFF
_STORED_METHOD, _DEFLATED_METHOD = 0, 8
_ENCRYPTED_FLAG = 0x1
_UTF8 = 0x800


@dataclass(frozen=True)
class ZuneEntry:
    """One file in a zune; `size` is what its directory says it has when it is unpacked, in bytes."""

    path: str
    size: int


@dataclass(frozen=True)
class _PackedEntry:
    """The place of an entry's bytes."""

    path: str
    size: int
    packed_size: int
    method: int
    flags: int
    checksum: int
    offset: int


@dataclass(frozen=True)
class Zune:
    """A zune's Runefile and what else is in it. Its files can be read one by one, as those of a project."""

    runefile: str
    entries: tuple[ZuneEntry, ...]
    _data: bytes
    _packed_entries: tuple[_PackedEntry, ...]

    def read(self, path: str) -> bytes:
        """The bytes of one entry. Raises `FileError`, and `ContainerError` where they are broken."""
        normalised_path = normal_path(path)
        for entry in self._packed_entries:
            if entry.path == normalised_path:
                if entry.size > MAX_ENTRY_SIZE:
                    raise FileTooLarge(
                        path, f"{size_text(entry.size)}, more than the limit of {size_text(MAX_ENTRY_SIZE)}"
                    )
                return _unpacked(self._data, entry, MAX_ENTRY_SIZE)
        raise FileMissing(path, "no such file in the zune")

    def paths(self) -> tuple[str, ...]:
        """Every entry's path, sorted."""
        return tuple(sorted(entry.path for entry in self.entries))


def is_zune(data: bytes) -> bool:
    """Returns whether the bytes are a zip, which a rune, being a WebAssembly module, never is."""
    return data[:4] in (b"PK\x03\x04", b"PK\x05\x06")


def read_zune(data: bytes) -> Zune:
    """A zune's Runefile and the list of its entries. Raises `ContainerError` for any other file."""
    packed_entries = tuple(_directory(data))
    entries = tuple(ZuneEntry(each.path, each.size) for each in packed_entries)
    runefile = next((each for each in packed_entries if each.path == DEFAULT_RUNEFILE), None)
    if runefile is None:
        raise ContainerError(f"the zip contains no {DEFAULT_RUNEFILE}, so it is not a zune", 0)
    if runefile.size > MAX_RUNEFILE_SIZE:
        limit = size_text(MAX_RUNEFILE_SIZE)
        message = f"its {DEFAULT_RUNEFILE} has {size_text(runefile.size)}, more than the limit of {limit}"
        raise ContainerError(message, runefile.offset)
    try:
        text = _unpacked(data, runefile, MAX_RUNEFILE_SIZE).decode("utf-8")
    except UnicodeDecodeError as error:
        raise ContainerError(f"its {DEFAULT_RUNEFILE} is not UTF-8 text", runefile.offset) from error
    return Zune(text, entries, data, packed_entries)


def _directory(data: bytes) -> Iterator[_PackedEntry]:
    """The files that the zip's directory lists; folders are left out."""
    end = data.rfind(b"PK\x05\x06", max(0, len(data) - _END.size - _LONGEST_COMMENT))
    if end < 0 or end + _END.size > len(data):
        raise ContainerError("the zip has no directory; it may be cut short", max(0, len(data) - 1))
    _, disk, first_disk, here, count, directory_size, start, _ = _END.unpack_from(data, end)
    if 0xFFFF in (here, count) or 0xFFFFFFFF in (directory_size, start):
        raise ContainerError("the zip is of the kind for very large files, which a zune never is", end)
    if disk or first_disk or here != count:
        raise ContainerError("the zip is one part of several", end)
    if count > MAX_ENTRIES:
        raise ContainerError(f"the zip has {count} entries, more than the limit of {MAX_ENTRIES}", end)
    at, seen_paths = start, set()
    for _ in range(count):
        if at + _ENTRY.size > end or data[at : at + 4] != b"PK\x01\x02":
            raise ContainerError("the zip's directory ends too early", at)
        fields = _ENTRY.unpack_from(data, at)
        flags, method, checksum, packed_size, size, name_size, extra, comment = (
            fields[index] for index in (3, 4, 7, 8, 9, 10, 11, 12)
        )
        name_end = at + _ENTRY.size + name_size
        if name_end > end:
            raise ContainerError("the zip's directory ends too early", at)
        path = _path(data[at + _ENTRY.size : name_end], flags, at)
        if path is not None:
            if path in seen_paths:
                raise ContainerError(f"two entries of the zip are named {path}", at)
            seen_paths.add(path)
            yield _PackedEntry(path, size, packed_size, method, flags, checksum, offset=fields[-1])
        at = name_end + extra + comment


def _path(name: bytes, flags: int, at: int) -> str | None:
    """An entry's normal path; None for a folder."""
    try:
        text = name.decode("utf-8" if flags & _UTF8 else "cp437")
        return None if text.endswith("/") and normal_path(text[:-1]) else normal_path(text)
    except (UnicodeDecodeError, FileNotInProject) as error:
        raise ContainerError("the name of an entry of the zip leads out of it, or is not a valid name", at) from error


def _unpacked(data: bytes, entry: _PackedEntry, limit: int) -> bytes:
    at = entry.offset
    if at + _LOCAL.size > len(data) or data[at : at + 4] != b"PK\x03\x04":
        raise ContainerError(f"the zip has no {entry.path} where its directory says", min(at, len(data)))
    *_, name_size, extra = _LOCAL.unpack_from(data, at)
    start = at + _LOCAL.size + name_size + extra
    if entry.flags & _ENCRYPTED_FLAG:
        raise ContainerError(f"{entry.path} is encrypted", at)
    if start + entry.packed_size > len(data):
        raise ContainerError(f"{entry.path} is cut short", at)
    body = data[start : start + entry.packed_size]
    if entry.method == _STORED_METHOD:
        content = body
    elif entry.method == _DEFLATED_METHOD:
        try:
            # One byte more than allowed is enough to know that there is too much.
            content = zlib.decompressobj(-15).decompress(body, min(limit, entry.size) + 1)
        except zlib.error as error:
            raise ContainerError(f"{entry.path} cannot be unpacked", start) from error
    else:
        raise ContainerError(f"{entry.path} is compressed by method {entry.method}, which a zune never uses", at)
    if len(content) != entry.size or zlib.crc32(content) != entry.checksum:
        raise ContainerError(f"{entry.path} is not what the zip's directory says", start)
    return content
