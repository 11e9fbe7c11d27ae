"""WAV files as the bytes of their format and of their sound, for all that reads them. Nothing is decoded here.

Recorders that write into a pipe, or are stopped, leave a wrong size in the header: the sound is then what is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

WRONG_SIZE: Final = "the header states a wrong size, so the sound was read to the end of the file"
_HEAD = 12
_CHUNK_HEAD = 8


@dataclass(frozen=True)
class WavParts:
    """The parts of a WAV file; None for one that is missing. `note` says what was wrong and how it was read."""

    format: bytes | None
    sound: bytes | None
    note: str | None = None


def is_wav(data: bytes) -> bool:
    """Returns whether the bytes begin as a WAV file does."""
    return data[:4] == b"RIFF" and data[8:12] == b"WAVE"


def wav_parts(data: bytes) -> WavParts:
    """Returns the format and the sound of a WAV file, whatever its sizes say. Other chunks are passed over, and what is
    behind the sound belongs to nothing."""
    head: bytes | None = None
    offset = _HEAD
    while offset + _CHUNK_HEAD <= len(data):
        name, size, start = data[offset : offset + 4], _size_at(data, offset + 4), offset + _CHUNK_HEAD
        if name == b"fmt " and head is None:
            head = data[start : start + size]
        elif name == b"data":
            is_wrong = size > len(data) - start or (size == 0 and _has_samples_behind(data, start))
            sound = data[start:] if is_wrong else data[start : start + size]
            return WavParts(head, sound, WRONG_SIZE if is_wrong else None)
        offset = start + size + size % 2
    return WavParts(head, None)


def _size_at(data: bytes, offset: int) -> int:
    return int.from_bytes(data[offset : offset + 4], "little")


def _has_samples_behind(data: bytes, offset: int) -> bool:
    """Returns whether what follows an empty sound is no list of chunks, such as a title, up to the end."""
    names = []
    while offset + _CHUNK_HEAD <= len(data):
        names.append(data[offset : offset + 4])
        size = _size_at(data, offset + 4)
        offset += _CHUNK_HEAD + size + size % 2
    return not all(name.isascii() and name.decode("ascii").isprintable() for name in names) or offset < len(data)
