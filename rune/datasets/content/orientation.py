"""The orientation that EXIF gives a picture: a camera that was held upright often stores its picture lying. Pure."""

from __future__ import annotations

import struct
from typing import Final

UPRIGHT: Final = 1
_PREFIX: Final = b"Exif\0\0"
_BYTE_ORDERS: Final = {b"II*\0": "<", b"MM\0*": ">"}
_TAG, _SHORT = 0x0112, 3
_ENTRY_SIZE = 12


def is_exif(segment: bytes) -> bool:
    """Returns whether the contents of a JPEG's segment APP1 are EXIF."""
    return segment.startswith(_PREFIX)


def exif_orientation(exif: bytes) -> int:
    """Returns the orientation that EXIF says, 2 to 8 for a picture to be turned or mirrored; `UPRIGHT` where it says
    none that EXIF defines. `exif` may begin with `Exif`, as in a JPEG file."""
    exif = exif.removeprefix(_PREFIX)
    order = _BYTE_ORDERS.get(exif[:4])
    if order is None:
        return UPRIGHT
    try:
        (start,) = struct.unpack_from(f"{order}I", exif, 4)
        (count,) = struct.unpack_from(f"{order}H", exif, start)
        for place in range(start + 2, start + 2 + count * _ENTRY_SIZE, _ENTRY_SIZE):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", exif, place)
            if tag == _TAG:
                return value if kind == _SHORT and UPRIGHT <= value <= 8 else UPRIGHT
    except struct.error:
        pass
    return UPRIGHT
