"""Broken copies of good files. A mutant depends on its number alone, so that any one of a million can be made again."""

from __future__ import annotations

import random
import struct
from collections.abc import Sequence

_NUMBERS = (
    0,
    1,
    2,
    4,
    7,
    0x7F,
    0x80,
    0xFF,
    0x100,
    0x7FFF,
    0xFFFF,
    0x10000,
    0x7FFFFFFF,
    0x80000000,
    0xFFFFFFFC,
    0xFFFFFFFF,
)


def mutant(originals: Sequence[bytes], number: int) -> bytes:
    """One of the originals with up to eight faults: bits, numbers and pieces changed, or the end cut off."""
    choose = random.Random(number)
    data = bytearray(choose.choice(originals))
    for _ in range(choose.choice((1, 1, 1, 2, 3, 8))):
        if not data:
            break
        at = choose.randrange(len(data))
        match choose.randrange(8):
            case 0 | 1:
                data[at] ^= 1 << choose.randrange(8)
            case 2:
                data[at] = choose.randrange(256)
            case 3 | 4:
                at = min(at & ~3, max(len(data) - 4, 0))
                data[at : at + 4] = struct.pack("<I", choose.choice(_NUMBERS))
            case 5:
                at &= ~3
                if at + 4 <= len(data):
                    value = struct.unpack_from("<I", data, at)[0] + choose.choice((-8, -4, -1, 1, 4, 8))
                    struct.pack_into("<I", data, at, value % (1 << 32))
            case 6:
                source = choose.randrange(len(data)) & ~3
                length = min(choose.choice((4, 8, 16, 64)), len(data) - max(source, at))
                data[at : at + length] = data[source : source + length]
            case _:
                del data[at:]
    return bytes(data)
