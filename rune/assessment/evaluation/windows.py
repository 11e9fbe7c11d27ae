"""Turns the bytes of a sample into windows for a rune's one input: one, or several of a long sound.

A sound that is shorter than a window is followed by silence, as TensorFlow's example of speech commands does. Of a
picture, a motion recording and raw bytes there is one window, read as `rune run` reads them. A table is read by a rune
of RAW numbers, a window for each row: a rune that reads fewer numbers than the table has columns gets the first ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat

from rune.assessment.evaluation.errors import EvaluationImpossible
from rune.capabilities.raw import RAW
from rune.capabilities.sound import SOUND
from rune.datasets.content.content import BadContent
from rune.datasets.content.table import is_table, parse_table
from rune.running.runtime import RequestedCapability
from rune.running.runtime.errors import InputFile, InputTooShort
from rune.running.runtime.inputs.readers import input_of_bytes, stream_file, whole_parameter
from rune.running.runtime.inputs.sounds import sound_input
from rune.running.runtime.inputs.wav import read_wav
from rune.wording import listed

_BYTES = 2
"""The bytes of a sample of sound."""
_FLOAT = 4
"""Bytes of a number of a table."""
MAX_SILENT_RUNS = 1 << 16
MOST_SECONDS = 4 * 3600
"""The greatest number of seconds of one recording."""


@dataclass(frozen=True)
class Windows:
    """The input of each run, in order, to be gone through once; `ends` says in seconds when each ends.

    `seconds` is how long a sound or a stream is, and 0 for anything else. Where there is no time, as in a table, `ends`
    counts the rows.
    """

    data: Iterable[bytes]
    ends: Sequence[float] = (0.0,)
    seconds: float = 0.0
    silence: bytes = b""
    """The silence that follows a sample which fills no window of a stream."""

    @property
    def silences(self) -> Iterable[bytes]:
        """The silence that follows until the rune answers: for `MAX_SILENT_RUNS` at most."""
        return repeat(self.silence, MAX_SILENT_RUNS)

    @property
    def is_stream(self) -> bool:
        return len(self.ends) > 1


def fed_capability(capabilities: Sequence[RequestedCapability]) -> RequestedCapability:
    """The one input that samples are given to; random numbers are made up. Raises `EvaluationImpossible`."""
    candidates = [request for request in capabilities if not request.kind.is_random]
    if len(candidates) != 1:
        kinds = listed([request.kind.name for request in candidates]) or "none"
        raise EvaluationImpossible(
            f"samples are given to one input, and this rune has {len(candidates)} that could take them ({kinds})"
        )
    return candidates[0]


def windows_of(request: RequestedCapability, data: bytes, hops: int) -> Windows:
    """The windows of a file for an input. Raises `InputFile`."""
    if request.kind is RAW and is_table(data):
        return _table_windows(request, data)
    if request.kind is not SOUND:
        return Windows([input_of_bytes(request, data)])
    rate = whole_parameter(request.parameters, "hz")
    milliseconds = whole_parameter(request.parameters, "sample_duration_ms")
    if not rate or not milliseconds:
        raise InputFile("the rune does not say how long its sound is, and at which rate")
    size = rate * milliseconds // 1000
    wav = read_wav(data)
    count = -(-wav.frames * rate // wav.rate)
    if count > MOST_SECONDS * rate:
        raise InputFile(f"the recording is longer than {MOST_SECONDS // 3600} hours; cut it")
    if count == 0:
        raise InputFile("the recording has no sound in it")
    sound = sound_input(data, rate, count).data
    hop = max(1, size // hops)
    starts = range(0, max(1, count - size + 1), hop)
    seconds = count / rate
    ends = tuple((start + size) / rate for start in starts)
    return Windows(_cut(sound, size, starts), ends, seconds)


def stream_windows(request: RequestedCapability, data: bytes, _hops: int) -> Windows:
    """The consecutive chunks of a file for an input of which the rune itself makes windows. Raises `InputFile`."""
    if request.kind is RAW and is_table(data):
        return _table_windows(request, data)
    stream = stream_file(request, request.kind.name, data, lambda _: None)
    if not stream.runs:
        raise InputTooShort("the recording is shorter than what one run reads")
    seconds = stream.seconds or 0.0
    ends = tuple((run + 1) * seconds for run in range(stream.runs))
    return Windows(stream.chunks(), ends, ends[-1], bytes(stream.chunk))


def _table_windows(request: RequestedCapability, data: bytes) -> Windows:
    """The rows of a table as f32, as many at a time as the rune reads, one behind the other."""
    length = whole_parameter(request.parameters, "length") or 0
    try:
        table = parse_table(data)
    except BadContent as error:
        raise InputFile(f"the table cannot be read: {error}") from error
    numbers, columns = length // _FLOAT, len(table.names)
    if length % _FLOAT or not numbers or (numbers > columns and numbers % columns):
        message = f"the rune reads {length} bytes at a time, and a row of the table has {columns} numbers of 4 bytes"
        raise InputFile(message)
    rows = table.rows[:, :numbers].astype("<f4").tobytes()
    count = len(rows) // length
    if not count:
        raise InputTooShort("the table is shorter than what one run reads")
    chunks = [rows[start : start + length] for start in range(0, count * length, length)]
    return Windows(chunks, tuple(range(1, count + 1)), silence=bytes(length))


def _cut(sound: bytes, size: int, starts: range) -> Iterator[bytes]:
    """The windows of a sound, each cut on demand: together they are several times as long as it."""
    for start in starts:
        yield sound[start * _BYTES : (start + size) * _BYTES].ljust(size * _BYTES, b"\0")
