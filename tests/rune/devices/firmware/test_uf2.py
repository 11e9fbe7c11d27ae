"""UF2 files and the loader's sum, against what the formats' own pages say."""

from __future__ import annotations

import struct

import pytest

from rune.devices.firmware.loader import SIZE, checksum, with_checksum
from rune.devices.firmware.uf2 import BLOCK, BadUf2, read_uf2, uf2_of
from tests.support.cases import each_case

PIECES = [(0x2000_0000, bytes(range(256)) * 3), (0x2000_0310, b"far"), (0x2000_0302, b"near")]


@each_case(
    ("at", "number", "reason"),
    [
        (0, 0, "has not the numbers that mark one"),
        (BLOCK + 508, 0, "has not the numbers that mark one"),
        (8, 0, "not for this chip"),
        (28, 0xE48BFF59, "not for this chip"),
        (16, 476, "476 bytes"),
        (20, 1, "is block 1 of 4"),
        (24, 5, "is block 0 of 5"),
    ],
)
def test_a_file_that_the_rom_would_refuse_is_refused(at: int, number: int, reason: str) -> None:
    file = bytearray(uf2_of(PIECES))
    struct.pack_into("<I", file, at, number)
    with pytest.raises(BadUf2, match=reason):
        read_uf2(bytes(file))


@pytest.mark.parametrize("cut", [b"", uf2_of(PIECES)[:-1]])
def test_a_file_that_was_cut_is_refused(cut: bytes) -> None:
    with pytest.raises(BadUf2):
        read_uf2(cut)


def test_a_file_without_a_block_in_the_middle_is_refused() -> None:
    file = uf2_of(PIECES)
    with pytest.raises(BadUf2):
        read_uf2(file[:BLOCK] + file[2 * BLOCK :])


def test_the_pieces_come_back_in_pages_of_256_bytes() -> None:
    pages = dict(read_uf2(uf2_of(PIECES)))
    assert list(pages) == [0x2000_0000, 0x2000_0100, 0x2000_0200, 0x2000_0300]
    assert pages[0x2000_0200] == bytes(range(256))
    assert pages[0x2000_0300] == b"\0\0near".ljust(16, b"\0") + b"far".ljust(240, b"\0")


def test_a_block_is_as_the_format_says() -> None:
    block = uf2_of([(0x1000_0000, b"\x12")])
    assert block[:4] == b"UF2\n"
    assert len(block) == 512
    assert struct.unpack_from("<7I", block, 4) == (0x9E5D5157, 0x2000, 0x1000_0000, 256, 0, 1, 0xE48BFF56)
    assert struct.unpack_from("<I", block, 508) == (0x0AB16F30,)


def test_the_sum_is_crc_32_of_mpeg_2() -> None:
    assert checksum(b"123456789") == 0x0376E6E7  # the check value of the catalogue of CRCs
    whole = with_checksum(b"\x01" * 250)
    assert len(whole) == SIZE
    assert whole[-4:] == checksum(b"\x01" * 250 + b"\0\0").to_bytes(4, "little")
    with pytest.raises(ValueError, match="at most 252"):
        with_checksum(bytes(253))
