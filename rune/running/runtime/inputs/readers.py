"""Turns the bytes of a file into the input of a capability: the readers, one for each format of files.

A capability with columns reads the rows of a CSV; another without a row in `READERS`, a file's bytes as they are.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from rune.abi import PixelFormat
from rune.capabilities import Capability
from rune.capabilities.capability import Parameters
from rune.capabilities.float_image import FLOAT_IMAGE
from rune.capabilities.image import IMAGE
from rune.capabilities.raw import RAW
from rune.capabilities.sound import SOUND
from rune.running.runtime.errors import InputFile
from rune.running.runtime.host.imports import RequestedCapability
from rune.running.runtime.inputs.sounds import sound_input, whole_sound
from rune.running.runtime.inputs.tables import csv_values
from rune.running.runtime.inputs.times import report_uneven_times

_SAMPLE = 2

Notice = Callable[[str], None]
"""The function that is called with a sentence for a person about each conversion of a file."""
Decode = Callable[[bytes, Notice], bytes]
"""Makes a capability's input of the bytes of a file. Raises `InputFile`."""


def no_notice(_: str) -> None:
    """The `Notice` of callers that show none."""


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
        """Returns the input of each run."""
        for start in range(0, self.runs * self.chunk, self.chunk):
            yield self.data[start : start + self.chunk]


@dataclass(frozen=True)
class InputReader:
    """`decoder` checks the parameters, before any file is looked for, and returns what decodes a file; it raises
    `InputFile`. `stream` reads a whole file as a stream, from parameters, name, bytes and notice; None where files of
    the format have no order in time. `has_size` is false where one run reads a whole file."""

    decoder: Callable[[Parameters], Decode]
    stream: Callable[[Parameters, str, bytes, Notice], StreamFile] | None = None
    has_size: Callable[[Parameters], bool] = lambda _: True


def reader_of(capability: Capability) -> InputReader:
    """The reader of a capability that reads files. Raises `InputFile` for the others."""
    if capability.is_random:
        raise InputFile("random numbers are read from no file")
    return READERS.get(capability) or (_table_reader(capability) if capability.columns else READERS[RAW])


def input_of_bytes(request: RequestedCapability, data: bytes, notice: Notice = no_notice) -> bytes:
    """Returns the input of a capability from the bytes of one file. Raises `InputFile`."""
    return reader_of(request.kind).decoder(request.parameters)(data, notice)


def stream_file(request: RequestedCapability, name: str, data: bytes, notice: Notice) -> StreamFile:
    """The bytes of the file of this name as a stream for a capability. Raises `InputFile`."""
    stream = None if request.kind.is_random else reader_of(request.kind).stream
    if stream is None:
        raise InputFile(f"a stream of {request.kind.name} is read from no file")
    return stream(request.parameters, name, data, notice)


def is_recorded_over_time(request: RequestedCapability) -> bool:
    """Returns whether a recording for it may hold more than one run reads."""
    if request.kind.recording is None:
        return False
    reader = reader_of(request.kind)
    return reader.stream is not None and reader.has_size(request.parameters)


def whole_parameter(parameters: Parameters, name: str) -> int | None:
    """A parameter that counts something: a rune may set it to any number, and to none."""
    value = parameters.get(name)
    if value is None:
        return None
    if not math.isfinite(value) or value != int(value) or value < 0:
        raise InputFile(f'Unable to parse "{value:g}" as the "{name}" argument')
    return int(value)


def _required_parameter(parameters: Parameters, name: str) -> int:
    value = whole_parameter(parameters, name)
    if value is None:
        raise _not_set(name)
    return value


def _positive(parameters: Parameters, name: str) -> int:
    value = whole_parameter(parameters, name)
    if not value:
        raise _not_set(name)
    return value


def _not_set(name: str) -> InputFile:
    return InputFile(f'The "{name}" argument wasn\'t set')


def _sound(parameters: Parameters) -> Decode:
    rate, duration = _required_parameter(parameters, "hz"), _required_parameter(parameters, "sample_duration_ms")

    def decode(data: bytes, notice: Notice) -> bytes:
        sound = sound_input(data, rate, rate * duration // 1000)
        if sound.conversion is not None:
            notice(sound.conversion)
        return sound.data

    return decode


def _sound_stream(parameters: Parameters, name: str, data: bytes, notice: Notice) -> StreamFile:
    rate, milliseconds = _positive(parameters, "hz"), _positive(parameters, "sample_duration_ms")
    samples = rate * milliseconds // 1000
    sound = whole_sound(data, rate)
    if sound.conversion is not None:
        notice(f"{name}: {sound.conversion}")
    return StreamFile(name, sound.data, max(samples, 1) * _SAMPLE, samples / rate)


def _table_reader(capability: Capability) -> InputReader:
    """The reader of a capability whose input is the rows of a table."""

    def count_name(parameters: Parameters) -> str:
        return next((name for name in capability.row_count if name in parameters), capability.row_count[-1])

    def decoder(parameters: Parameters) -> Decode:
        rows = whole_parameter(parameters, count_name(parameters))

        def decode(data: bytes, notice: Notice) -> bytes:
            values = csv_values(data, capability.columns, rows)
            report_uneven_times(data, notice)
            return values

        return decode

    def stream(parameters: Parameters, name: str, data: bytes, notice: Notice) -> StreamFile:
        rows = _positive(parameters, count_name(parameters))
        report_uneven_times(data, lambda problem: notice(f"{name}: {problem}"))
        return StreamFile(name, csv_values(data, capability.columns, None), rows * capability.row_bytes, None)

    return InputReader(decoder, stream, lambda parameters: bool(parameters.get(count_name(parameters))))


def _bytes(parameters: Parameters) -> Decode:
    """The first bytes of a file. One that is shorter stays so: zeros come behind it, as behind a text."""
    length = whole_parameter(parameters, "length")
    return lambda data, _: data if length is None else data[:length]


def _bytes_stream(parameters: Parameters, name: str, data: bytes, _: Notice) -> StreamFile:
    return StreamFile(name, data, _positive(parameters, "length"), None)


def _picture(parameters: Parameters) -> Decode:
    width, height = _required_parameter(parameters, "width"), _required_parameter(parameters, "height")
    try:
        pixel_format = PixelFormat(whole_parameter(parameters, "pixel_format") or PixelFormat.RGB)
    except ValueError:
        raise InputFile("Unknown pixel format") from None
    # numpy and Pillow take long to load, and most runes need neither.
    from rune.running.runtime.inputs.images import image_pixels

    return lambda data, _: image_pixels(data, width, height, pixel_format)


def _float_picture(parameters: Parameters) -> Decode:
    decode = _picture(parameters)

    def floats(data: bytes, notice: Notice) -> bytes:
        pixels = decode(data, notice)
        return struct.pack(f"<{len(pixels)}f", *pixels)

    return floats


READERS: Final[Mapping[Capability, InputReader]] = {
    SOUND: InputReader(_sound, _sound_stream),
    IMAGE: InputReader(_picture),
    RAW: InputReader(_bytes, _bytes_stream),
    FLOAT_IMAGE: InputReader(_float_picture),
}
