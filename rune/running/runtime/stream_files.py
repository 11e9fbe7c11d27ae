"""A file as a stream: what a capability reads run by run, from its beginning to its end, without gaps or overlap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rune.abi import Capability
from rune.running.runtime.errors import InputFile
from rune.running.runtime.files import Notice, whole_parameter
from rune.running.runtime.host import CapabilityRequest
from rune.running.runtime.sounds import whole_sound
from rune.running.runtime.tables import csv_rows

_ROW = 12
"""Bytes of a row of a motion sensor: three f32."""
_SAMPLE = 2


@dataclass(frozen=True)
class StreamFile:
    """The bytes of a whole file as a capability takes them. A run reads `chunk` of them, which are `seconds` where that
    is known."""

    name: str
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


def stream_file(request: CapabilityRequest, name: str, data: bytes, notice: Notice) -> StreamFile:
    """The bytes of the file of this name as a stream for a capability. Raises `InputFile`."""
    match request.kind:
        case Capability.SOUND:
            rate, milliseconds = _size(request, "hz"), _size(request, "sample_duration_ms")
            samples = rate * milliseconds // 1000
            sound = whole_sound(data, rate)
            if sound.conversion is not None:
                notice(f"{name}: {sound.conversion}")
            return StreamFile(name, sound.data, max(samples, 1) * _SAMPLE, samples / rate)
        case Capability.ACCEL:
            rows = _size(request, _count_of_rows(request))
            return StreamFile(name, csv_rows(data, None), rows * _ROW, None)
        case Capability.RAW:
            return StreamFile(name, data, _size(request, "length"), None)
        case _:
            raise InputFile(f"a stream of {request.kind.name} is read from no file")


def has_size(request: CapabilityRequest) -> bool:
    """Whether a motion's rows are counted; one run reads a whole file where they are not. A sound's always are."""
    return request.kind is not Capability.ACCEL or bool(request.parameters.get(_count_of_rows(request)))


def _count_of_rows(request: CapabilityRequest) -> str:
    # The native runtime knows `samples`; Runefiles write `n`.
    return "samples" if "samples" in request.parameters else "n"


def _size(request: CapabilityRequest, name: str) -> int:
    value = whole_parameter(request.parameters, name)
    if not value:
        raise InputFile(f'The "{name}" argument wasn\'t set')
    return value
