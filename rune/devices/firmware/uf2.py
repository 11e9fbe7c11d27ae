"""UF2, the files that a board takes as a drive: blocks of 512 bytes, each with the address of its 256 bytes.

The format is https://github.com/microsoft/uf2; that all blocks have 256 bytes and the family of the chip is what the
RP2040's datasheet asks for (2.8.4.2).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import Final

_FIRST, _SECOND, _LAST = 0x0A324655, 0x9E5D5157, 0x0AB16F30
_HAS_FAMILY: Final = 0x2000
RP2040: Final = 0xE48BFF56
BLOCK: Final = 512
PAYLOAD: Final = 256


class BadUf2(Exception):
    """These bytes are no UF2 file for the RP2040; the text says why."""


def uf2_of(pieces: Iterable[tuple[int, bytes]], family: int = RP2040) -> bytes:
    """A file with these bytes at these addresses; between them, in a block that both touch, lie zeros."""
    pages: dict[int, bytearray] = {}
    for address, data in pieces:
        for at, part in _by_page(address, data):
            page = pages.setdefault(at // PAYLOAD * PAYLOAD, bytearray(PAYLOAD))
            page[at % PAYLOAD : at % PAYLOAD + len(part)] = part
    blocks = sorted(pages.items())
    return b"".join(
        struct.pack("<8I", _FIRST, _SECOND, _HAS_FAMILY, at, PAYLOAD, number, len(blocks), family)
        + bytes(page).ljust(476, b"\0")
        + struct.pack("<I", _LAST)
        for number, (at, page) in enumerate(blocks)
    )


def _by_page(address: int, data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        size = min(PAYLOAD - (address + at) % PAYLOAD, len(data) - at)
        yield address + at, data[at : at + size]
        at += size


def read_uf2(file: bytes, family: int = RP2040) -> list[tuple[int, bytes]]:
    """The blocks by address, checked as the chip's ROM does. Raises `BadUf2`."""
    if not file or len(file) % BLOCK:
        raise BadUf2(f"it has {len(file)} bytes, which is no number of whole blocks")
    count = len(file) // BLOCK
    blocks = []
    for number in range(count):
        block = file[number * BLOCK : (number + 1) * BLOCK]
        first, second, flags, address, size, place, total, of = struct.unpack_from("<8I", block)
        if (first, second) != (_FIRST, _SECOND) or struct.unpack_from("<I", block, 508) != (_LAST,):
            raise BadUf2(f"block {number} has not the numbers that mark one")
        if not flags & _HAS_FAMILY or of != family:
            raise BadUf2(f"block {number} is not for this chip")
        if (size, place, total) != (PAYLOAD, number, count):
            raise BadUf2(f"block {number} says that it is block {place} of {total}, with {size} bytes")
        blocks.append((address, block[32 : 32 + PAYLOAD]))
    return blocks
