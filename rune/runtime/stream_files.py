"""A file as a stream: what a capability reads run by run, from its beginning to its end, without gaps or overlap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rune.abi import Capability
from rune.runtime.errors import InputFile
from rune.runtime.files import Notice, whole_parameter
from rune.runtime.host import CapabilityRequest
from rune.runtime.sounds import whole_sound
from rune.runtime.tables import csv_rows

_ROW = 12
"""Bytes of a row of a motion sensor: three f32."""
_SAMPLE = 2


@dataclass(frozen=True)
class StreamFile:
    """The bytes of a whole file as a capability takes them. A run reads `chunk` of them, which are `seconds` where that
    is known."""

    data: bytes
    chunk: int
    seconds: float | None

    @property
    def runs(self) -> int:
        """How many runs it is enough for; what is left of it is less than a chunk."""
        return len(self.data) // self.chunk

    def chunks(self) -> Iterator[bytes]:
        """What each run reads."""
        for start in range(0, self.runs * self.chunk, self.chunk):
            yield self.data[start : start + self.chunk]


def stream_file(request: CapabilityRequest, data: bytes, notice: Notice) -> StreamFile:
    """A file's bytes as a stream for a capability. Raises `InputFile`."""
    match request.kind:
        case Capability.SOUND:
            rate, milliseconds = _size(request, "hz"), _size(request, "sample_duration_ms")
            samples = rate * milliseconds // 1000
            sound = whole_sound(data, rate)
            if sound.conversion is not None:
                notice(sound.conversion)
            return StreamFile(sound.data, max(samples, 1) * _SAMPLE, samples / rate)
        case Capability.ACCEL:
            rows = _size(request, "samples" if "samples" in request.parameters else "n")
            return StreamFile(csv_rows(data, None), rows * _ROW, None)
        case Capability.RAW:
            return StreamFile(data, _size(request, "length"), None)
        case _:
            raise InputFile(f"a stream of {request.kind.name} is read from no file")


def _size(request: CapabilityRequest, name: str) -> int:
    value = whole_parameter(request.parameters, name)
    if not value:
        raise InputFile(f'The "{name}" argument wasn\'t set')
    return value
