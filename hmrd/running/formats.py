"""Makes the bytes of a source those of an input, as they come: raw, the samples of a WAV, or lines of numbers."""

from __future__ import annotations

import array
import json
import math
import re
import struct
import sys
from typing import Final, Protocol

from hmrd.config.model import InputFormat
from hmrd.protocol.problems import ProblemName
from hmrd.running.failure import RunFailed
from rune.tensor import ElementType

_LONGEST_LINE: Final = 4 * 1024 * 1024
_LARGEST_HEADER: Final = 1024 * 1024
_ENDLESS: Final = 0x7FFF0000
"""Recorders that write into a pipe state such a size, or none."""
_SEPARATOR: Final = re.compile(r"[\s,;]+")


class Decoder(Protocol):
    """Decodes blocks of one stream."""

    def decode(self, block: bytes) -> bytes:
        """Returns the bytes of the input that a block completes. Raises `RunFailed`."""


class RawDecoder:
    """Bytes as they come."""

    def decode(self, block: bytes) -> bytes:
        """Returns the same bytes."""
        return block


class LineDecoder:
    """Lines of numbers."""

    def __init__(self, element: ElementType) -> None:
        self._element = element
        self._rest = b""

    def decode(self, block: bytes) -> bytes:
        """Returns the numbers of the lines that end in this block."""
        *lines, self._rest = (self._rest + block).split(b"\n")
        if len(self._rest) > _LONGEST_LINE:
            raise RunFailed(ProblemName.INPUT_ENDED, "The input sends lines of more than 4 MB.")
        return b"".join(map(self._line, lines))

    def _line(self, line: bytes) -> bytes:
        text = line.decode("utf-8", "replace").strip()
        if not text:
            return b""
        try:
            values = json.loads(text) if text.startswith("[") else [_number(each) for each in _SEPARATOR.split(text)]
            if not self._element.is_float:
                values = [_whole(each) for each in values]
            return struct.pack(f"<{len(values)}{self._element.struct_code}", *values)
        except (ValueError, TypeError, RecursionError, struct.error, OverflowError):
            # The line itself is private.
            kind = self._element.value
            raise RunFailed(ProblemName.INPUT_ENDED, f"The input sends a line that is not {kind} numbers.") from None


class WavDecoder:
    """The samples of one WAV after the other, of 16 bits. Several channels become their mean."""

    def __init__(self, rate: int | None) -> None:
        self._rate = rate
        self._data = b""
        self._channels = 1
        self._left = 0
        """Bytes of samples that are still to come; 0 while a header is read."""

    def decode(self, block: bytes) -> bytes:
        """Returns the samples in a block."""
        self._data += block
        samples = []
        while self._left or self._read_header():
            frame = 2 * self._channels
            size = min(len(self._data), self._left) // frame * frame
            samples.append(_mean(self._data[:size], self._channels))
            self._data = self._data[size:]
            self._left -= size
            if self._left >= frame:
                break
            self._left = 0
        return b"".join(samples)

    def _read_header(self) -> bool:
        """Reads a header as soon as it is whole."""
        data, offset = self._data, 12
        if len(data) >= 12 and (data[:4] != b"RIFF" or data[8:12] != b"WAVE"):
            raise RunFailed(ProblemName.INPUT_ENDED, "The input is not a WAV.")
        is_described = False
        while len(data) >= offset + 8:
            name, size = data[offset : offset + 4], int.from_bytes(data[offset + 4 : offset + 8], "little")
            start = offset + 8
            if name == b"data":
                if not is_described:
                    raise RunFailed(ProblemName.INPUT_ENDED, "The WAV has its samples before their format.")
                self._data, self._left = data[start:], sys.maxsize if size == 0 or size >= _ENDLESS else size
                return True
            if name == b"fmt " and len(data) >= start + 16:
                self._describe(data[start : start + size])
                is_described = True
            offset = start + size + size % 2
        if len(data) > _LARGEST_HEADER:
            raise RunFailed(ProblemName.INPUT_ENDED, "The WAV has no samples.")
        return False

    def _describe(self, header: bytes) -> None:
        code, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", header)
        if code not in (1, 0xFFFE) or bits != 16 or not 1 <= channels <= 64:
            raise RunFailed(ProblemName.CONFIG_WRONG, "The WAV has no samples of 16 bits. Record it with 16 bits.")
        if self._rate is not None and rate != self._rate:
            detail = f"The WAV has {rate} samples a second, and the rune takes {self._rate}. Record it at that rate."
            raise RunFailed(ProblemName.CONFIG_WRONG, detail)
        self._channels = channels


def decoder_for(source_format: InputFormat, element: ElementType, rate: int | None) -> Decoder:
    """Returns a decoder for a new stream."""
    match source_format:
        case InputFormat.RAW:
            return RawDecoder()
        case InputFormat.LINES:
            return LineDecoder(element)
        case InputFormat.WAV:
            if element is not ElementType.I16:
                raise RunFailed(ProblemName.CONFIG_WRONG, f"The input takes {element.value}, which no WAV has.")
            return WavDecoder(rate)


def _mean(data: bytes, channels: int) -> bytes:
    if channels == 1:
        return data
    samples = array.array("h", data)
    if sys.byteorder == "big":
        samples.byteswap()
    means = [sum(samples[start : start + channels]) // channels for start in range(0, len(samples), channels)]
    return struct.pack(f"<{len(means)}h", *means)


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        return float(text)


def _whole(value: int | float) -> int:
    if isinstance(value, bool) or (isinstance(value, float) and (not math.isfinite(value) or value != int(value))):
        raise ValueError
    return int(value)
