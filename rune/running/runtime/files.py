"""A rune's inputs from files: which file a capability reads, and what the file becomes."""

from __future__ import annotations

import math
import secrets
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from rune.abi import Capability, PixelFormat
from rune.running.runtime.errors import InputFile
from rune.running.runtime.host import CapabilityRequest, InputSource
from rune.running.runtime.randomness import random_bytes
from rune.running.runtime.sounds import sound_input
from rune.running.runtime.tables import csv_rows
from rune.wording import plain, size_text

T = TypeVar("T")

FILE_LIMIT = 256 * 1024 * 1024
"""Bytes that one input file may have."""


@dataclass(frozen=True)
class InputFiles:
    """The files given for each kind of capability; a capability's parameter `source` picks one, from 0."""

    images: Sequence[Path] = ()
    sounds: Sequence[Path] = ()
    accelerometers: Sequence[Path] = ()
    raws: Sequence[Path] = ()
    seed: int | None = None
    """For RAND; without one the numbers differ from run to run."""


Notice = Callable[[str], None]
"""Called with a sentence for a person about each conversion of a file."""


def _no_notice(_: str) -> None:
    """The `Notice` of callers that show none."""


def inputs_from_files(
    capabilities: Sequence[CapabilityRequest], files: InputFiles, notice: Notice = _no_notice
) -> Mapping[int, InputSource]:
    """What each capability reads. Raises `InputFile`, which names the capability."""
    return {request.id: _named_input(request, files, notice) for request in capabilities}


def input_of_bytes(request: CapabilityRequest, data: bytes, notice: Notice = _no_notice) -> bytes:
    """What the bytes of one file become for a capability of any kind but RAND. Raises `InputFile`."""
    return _decoder(request)(data, notice)


def _decoder(request: CapabilityRequest) -> Callable[[bytes, Notice], bytes]:
    """What makes a capability's input of the bytes of a file. Raises `InputFile` for parameters that make none, before
    any file is looked for."""
    parameters = request.parameters
    match request.kind:
        case Capability.SOUND:
            rate, duration = _wanted(parameters, "hz"), _wanted(parameters, "sample_duration_ms")
            return lambda data, notice: _sound(data, rate, rate * duration // 1000, notice)
        case Capability.ACCEL:
            # The native runtime knows `samples`; Runefiles write `n`.
            rows = whole_parameter(parameters, "samples" if "samples" in parameters else "n")
            return lambda data, _: csv_rows(data, rows)
        case Capability.RAW:
            length = whole_parameter(parameters, "length")
            return lambda data, _: _raw(data, length)
        case Capability.IMAGE:
            pixels = _pixels(parameters)
            return lambda data, _: pixels(data)
        case Capability.FLOAT_IMAGE:
            pixels = _pixels(parameters)
            return lambda data, _: _floats(pixels(data))
        case Capability.RAND:
            raise InputFile("random numbers are read from no file")


def _named_input(request: CapabilityRequest, files: InputFiles, notice: Notice) -> InputSource:
    try:
        return _input(request, files, notice)
    except InputFile as error:
        raise InputFile(f'Unable to load the "{request.kind.name}" input: {error}') from error


def _input(request: CapabilityRequest, files: InputFiles, notice: Notice) -> InputSource:
    if request.kind is Capability.RAND:
        seed = secrets.randbits(64) if files.seed is None else files.seed
        return lambda size: random_bytes(seed, size)
    decode = _decoder(request)
    path = file_of(request, files)

    def report_conversion(conversion: str) -> None:
        notice(f"{plain(path.name, 100)}: {conversion}")

    return decoded_file(path, lambda data: decode(data, report_conversion))


def file_of(request: CapabilityRequest, files: InputFiles) -> Path:
    """The file that a capability of any kind but RAND reads. Raises `InputFile`."""
    paths, option = {
        Capability.SOUND: (files.sounds, "--sound"),
        Capability.ACCEL: (files.accelerometers, "--accelerometer"),
        Capability.RAW: (files.raws, "--raw"),
        Capability.IMAGE: (files.images, "--image"),
        Capability.FLOAT_IMAGE: (files.images, "--image"),
    }[request.kind]
    return _picked(paths, option, request.parameters)


def _sound(data: bytes, rate: int, samples: int, notice: Notice) -> bytes:
    sound = sound_input(data, rate, samples)
    if sound.conversion is not None:
        notice(sound.conversion)
    return sound.data


def _pixels(parameters: Mapping[str, int | float]) -> Callable[[bytes], bytes]:
    width, height = _wanted(parameters, "width"), _wanted(parameters, "height")
    try:
        pixel_format = PixelFormat(whole_parameter(parameters, "pixel_format") or PixelFormat.RGB)
    except ValueError:
        raise InputFile("Unknown pixel format") from None
    # numpy and Pillow take long to load, and most runes need neither.
    from rune.running.runtime.images import image_pixels

    return lambda data: image_pixels(data, width, height, pixel_format)


def _floats(pixels: bytes) -> bytes:
    return struct.pack(f"<{len(pixels)}f", *pixels)


def _raw(data: bytes, length: int | None) -> bytes:
    """The first bytes of a file. One that is shorter stays so: zeros come behind it, as behind a text."""
    return data if length is None else data[:length]


def _wanted(parameters: Mapping[str, int | float], name: str) -> int:
    value = whole_parameter(parameters, name)
    if value is None:
        raise InputFile(f'The "{name}" argument wasn\'t set')
    return value


def whole_parameter(parameters: Mapping[str, int | float], name: str) -> int | None:
    """A parameter that counts something: a rune may set it to any number, and to none."""
    value = parameters.get(name)
    if value is None:
        return None
    if not math.isfinite(value) or value != int(value) or value < 0:
        raise InputFile(f'Unable to parse "{value:g}" as the "{name}" argument')
    return int(value)


def decoded_file(path: Path, decode: Callable[[bytes], T]) -> T:
    """What a file holds. Raises `InputFile`, which names the file."""
    data = _bytes_of(path)
    try:
        return decode(data)
    except InputFile as error:
        raise InputFile(f"{path}: {error}") from None


def _picked(paths: Sequence[Path], option: str, parameters: Mapping[str, int | float]) -> Path:
    """The file that a capability reads, of those that the command was given by `option`."""
    source = whole_parameter(parameters, "source") or 0
    if not paths:
        raise InputFile(f"The user asked for source {source}, but no sources were provided: give a file with {option}")
    if source >= len(paths):
        raise InputFile(f"The user asked for source {source} but there are only {len(paths)} sources available")
    return paths[source]


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(FILE_LIMIT + 1)
    except OSError as error:
        raise InputFile(f"{path}: {error.strerror or error}") from None
    if len(data) > FILE_LIMIT:
        raise InputFile(f"{path}: larger than the limit of {size_text(FILE_LIMIT)}")
    return data
