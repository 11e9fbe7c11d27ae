"""Frames of the serial protocol (docs/reference/serial.md): letters, version, kind, number, length, payload, CRC-32."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from rune.devices.firmware.protocol import PROTOCOL

LONGEST: Final = 16 << 20
"""The greatest length of a payload; a length beyond it is noise, and so is a kind that no answer has."""
_LETTERS: Final = b"RU"
_HEAD: Final = struct.Struct("<2sBBHI")
_SUM: Final = struct.Struct("<I")


class FrameKind(IntEnum):
    """The kind of a request. An answer has the number plus `ANSWERS`."""

    HELLO = 1
    RUN = 2
    RESET = 3
    SELFTEST = 4


ANSWERS: Final = 0x80
ERROR: Final = 0xFF


@dataclass(frozen=True)
class Frame:
    """A whole frame whose sum is right."""

    version: int
    kind: int
    number: int
    payload: bytes


def encode_frame(kind: int, number: int, payload: bytes = b"") -> bytes:
    """A request."""
    body = _HEAD.pack(_LETTERS, PROTOCOL, kind, number, len(payload)) + payload
    return body + _SUM.pack(zlib.crc32(body[2:]))


class FrameReader:
    """The bytes of a line: whole frames, and bytes that belong to none.

    `noise` counts the bytes so far that were no part of a frame, `damaged_frames` the frames whose sum was another.
    """

    def __init__(self) -> None:
        self._bytes = bytearray()
        self.noise = 0
        self.damaged_frames = 0

    def push(self, data: bytes) -> Iterator[Frame]:
        """The frames that are whole with these bytes."""
        self._bytes += data
        while (size := self._frame_size()) is not None and len(self._bytes) >= size:
            frame = bytes(self._bytes[:size])
            if _SUM.unpack(frame[-4:])[0] != zlib.crc32(frame[2:-4]):
                # The letters may have been noise: what follows them is looked through again.
                self.damaged_frames += 1
                self._skip(1)
                continue
            _, version, kind, number, _ = _HEAD.unpack_from(frame)
            del self._bytes[:size]
            yield Frame(version, kind, number, frame[_HEAD.size : -4])

    def abandon(self) -> None:
        """Gives up a frame that was begun and does not go on."""
        self._skip(len(self._bytes))

    def _frame_size(self) -> int | None:
        """Bytes of the frame that the bytes begin with; None where that is not known yet."""
        while True:
            at = self._bytes.find(_LETTERS)
            if at < 0:
                at = len(self._bytes) - self._bytes.endswith(_LETTERS[:1])
            self._skip(at)
            if len(self._bytes) < _HEAD.size:
                return None
            _, _, kind, _, length = _HEAD.unpack_from(self._bytes)
            if kind >= ANSWERS and length <= LONGEST:
                return _HEAD.size + int(length) + _SUM.size
            self._skip(1)

    def _skip(self, count: int) -> None:
        del self._bytes[:count]
        self.noise += count
