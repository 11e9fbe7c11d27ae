"""Reads samples of the project for tests: a WAV file as whole numbers, a CSV file as rows of numbers."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from pathlib import PurePosixPath

from rune.csv_text import UnreadableCsv, csv_rows
from rune.project.files import FileError, ProjectFiles, SizedFiles
from rune.pyblock.numbers import to_f32
from rune.tensor import ElementType, TensorType
from rune.wav_file import WavParts, is_wav, wav_parts

SAMPLES = "samples"
"""The folder of a project's samples."""
MAX_NUMBERS = 1 << 19
"""The maximum count of numbers in all recordings of a test file: half a minute of sound."""

_WAV_HEAD = 44
_FORMAT = struct.Struct("<HHIIHH")
_PCM, _EXTENSIBLE = 1, 0xFFFE
_CSV_ROW = 24
"""The approximate size of a row with three numbers, in bytes."""


@dataclass(frozen=True)
class RecordedNumbers:
    """The numbers of a file; empty if only its size is known."""

    type: TensorType
    values: tuple[int | float, ...]


class UnreadableRecording(Exception):
    """A recording is missing or unreadable; `message` says why, `instead` what to do."""

    def __init__(self, message: str, instead: str) -> None:
        super().__init__(message)
        self.message = message
        self.instead = instead


def find_recording(files: ProjectFiles, name: str) -> RecordedNumbers:
    """Reads a recording by name: a path of the project, or the end of a path in `samples/`.

    Raises `UnreadableRecording`.
    """
    path = _path(files, name)
    try:
        data = files.read(path)
    except FileError as error:
        raise UnreadableRecording(
            f"{path} cannot be read: {error}", "Open the project again, or restore the file."
        ) from error
    size = files.size(path) if not data and isinstance(files, SizedFiles) else 0
    if size:
        return _unread(path, size)
    recording = _sound(path, data) if path.endswith(".wav") else _table(path, data)
    if not 1 <= recording.type.count <= MAX_NUMBERS:
        message = f"{path} has {recording.type.count:,} numbers, but a test can read 1 to {MAX_NUMBERS:,}"
        raise UnreadableRecording(message, "Cut out the part that the test needs.")
    return recording


def _unread(path: str, size: int) -> RecordedNumbers:
    """Returns the type of a file of which a page knows only the size, which is enough for a check."""
    if path.endswith(".wav"):
        return RecordedNumbers(TensorType(ElementType.I16, (max((size - _WAV_HEAD) // 2, 1),)), ())
    return RecordedNumbers(TensorType(ElementType.F32, (max(size // _CSV_ROW, 1), 3)), ())


def _path(files: ProjectFiles, name: str) -> str:
    paths = [each for each in files.paths() if each.endswith((".wav", ".csv"))]
    if name in paths:
        return name
    inside = [each for each in paths if PurePosixPath(each).parts[0] == SAMPLES and each.endswith(f"/{name}")]
    if len(inside) == 1:
        return inside[0]
    if inside:
        raise UnreadableRecording(
            f"{len(inside)} samples are called {name}", f"Write the whole path, such as {inside[0]}."
        )
    names_text = ", ".join(sorted(paths)[:8]) or "none yet: record one in the studio and add it to the project"
    raise UnreadableRecording(f"There is no recording {name}", f"The recordings (.wav and .csv) are {names_text}.")


def _sound(path: str, data: bytes) -> RecordedNumbers:
    advice = "Save it as WAV with one channel and 16 bits."
    parts = wav_parts(data) if is_wav(data) else WavParts(None, None)
    if parts.format is None or len(parts.format) < _FORMAT.size or parts.sound is None:
        raise UnreadableRecording(f"{path} is not a valid WAV file: it has no sound, or does not begin as one", advice)
    encoding, channels, _, _, _, bits = _FORMAT.unpack_from(parts.format)
    if encoding not in (_PCM, _EXTENSIBLE):
        raise UnreadableRecording(f"{path} is not a valid WAV file: its sound is not stored as PCM", advice)
    if (channels, bits) != (1, 16):
        raise UnreadableRecording(f"{path} has {channels} channels of {bits} bits", advice)
    frames = parts.sound[: (MAX_NUMBERS + 1) * 2]
    values = struct.unpack(f"<{len(frames) // 2}h", frames[: len(frames) // 2 * 2])
    return RecordedNumbers(TensorType(ElementType.I16, (len(values),)), values)


def _table(path: str, data: bytes) -> RecordedNumbers:
    try:
        rows = list(csv_rows(data))
    except UnreadableCsv as error:
        raise UnreadableRecording(f"{path} is not a valid CSV file: {error}", "Save it as CSV, in UTF-8.") from error
    numbers = [[_number(each) for each in row.fields] for row in rows]
    if numbers and None in numbers[0]:
        numbers = numbers[1:]  # a line of titles
    columns = len(numbers[0]) if numbers else 0
    values: list[float] = []
    for line, row in zip([each.line for each in rows[len(rows) - len(numbers) :]], numbers, strict=True):
        if len(row) != columns or None in row:
            message = f"Row {line} of {path} is not {columns} numbers"
            raise UnreadableRecording(message, "Each row needs as many numbers as the first.")
        values += [each for each in row if each is not None]
    return RecordedNumbers(TensorType(ElementType.F32, (len(numbers), columns)), tuple(values))


def _number(text: str) -> float | None:
    try:
        value = to_f32(float(text))
    except ValueError:
        return None
    return value if math.isfinite(value) else None
