"""Archives in cpio's format newc, whose bytes follow from the files alone: no time, owner or inode of this machine.

https://man.freebsd.org/cgi/man.cgi?query=cpio&sektion=5 describes it. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_MAGIC: Final = b"070701"
_TRAILER: Final = "TRAILER!!!"
_REGULAR_FILE: Final = 0o100644
_BLOCK: Final = 512
LARGEST_FILE: Final = 2**32 - 1
"""Bytes of a file that the format can count."""


def cpio(files: Sequence[tuple[str, bytes]]) -> bytes:
    """Returns the archive of some files, by name and in their order."""
    entries = [_entry(number, name, data, _REGULAR_FILE) for number, (name, data) in enumerate(files, 1)]
    archive = b"".join([*entries, _entry(0, _TRAILER, b"", 0)])
    return archive + b"\0" * (-len(archive) % _BLOCK)


def _entry(inode: int, name: str, data: bytes, mode: int) -> bytes:
    encoded = name.encode() + b"\0"
    links, nothing = 1, 0
    # inode, mode, user, group, links, time, size, four device numbers, length of the name, checksum
    numbers = (inode, mode, 0, 0, links, 0, len(data), *(0,) * 4, len(encoded), nothing)
    header = _MAGIC + b"".join(b"%08X" % number for number in numbers)
    return _padded(header + encoded) + _padded(data)


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)
