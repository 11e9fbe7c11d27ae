"""The sum that the ROM of the RP2040 asks of a second-stage loader before it runs it."""

from __future__ import annotations

from typing import Final

SIZE: Final = 256
_POLYNOMIAL: Final = 0x04C11DB7


def with_checksum(code: bytes) -> bytes:
    """The loader as it lies in flash. Raises `ValueError` for code that leaves no room for the sum."""
    if len(code) > SIZE - 4:
        raise ValueError(f"a loader has at most {SIZE - 4} bytes, and this one {len(code)}")
    padded_code = code.ljust(SIZE - 4, b"\0")
    return padded_code + checksum(padded_code).to_bytes(4, "little")


def checksum(data: bytes) -> int:
    """CRC-32 by the highest bit first, begun with ones and not inverted at the end (RP2040 datasheet, 2.8.1.3.1)."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ _POLYNOMIAL if crc & 0x80000000 else crc << 1) & 0xFFFFFFFF
    return crc
