"""Cuts a stream of bytes into the windows that a rune reads."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass

from hmrd.config.model import InputFormat, SourceConfig, SourceKind
from hmrd.protocol.problems import ProblemName
from hmrd.running.failure import RunFailed
from hmrd.running.formats import decoder_for
from hmrd.running.sources import blocks
from hmrd.running.stop_signal import StopSignal
from rune.running.runtime.errors import InputFile
from rune.running.runtime.inputs.readers import is_recorded_over_time, no_notice, stream_file
from rune.tensor import ElementType
from rune.tools.api.ports import Input

_LARGEST_FILE = 512 * 1024 * 1024


class Cutter:
    """Windows of `size` bytes, each `hop` bytes after the last."""

    def __init__(self, size: int, hop: int) -> None:
        self._size, self._hop = size, hop
        self._data = bytearray()
        self._skip = 0
        """Bytes between two windows that do not touch."""

    def push(self, data: bytes) -> Iterator[bytes]:
        """Yields the windows that these bytes complete."""
        self._data += data
        while True:
            skipped = min(self._skip, len(self._data))
            del self._data[:skipped]
            self._skip -= skipped
            if self._skip or len(self._data) < self._size:
                return
            yield bytes(self._data[: self._size])
            self._skip = self._hop


@dataclass(frozen=True)
class WindowShape:
    """The bytes of a window, and of what its elements are."""

    size: int
    hop: int
    element: ElementType
    rate: int | None

    @classmethod
    def of(cls, port: Input, source: SourceConfig) -> WindowShape:
        """Returns the shape that an input takes. Raises `RunFailed`."""
        kind = port.request.kind
        element = kind.element if port.type is None else port.type.element
        size = source.size if port.type is None else port.type.size
        if not size:
            detail = "The rune does not say how many bytes it reads. Set size in the source of its input."
            raise RunFailed(ProblemName.CONFIG_WRONG, detail)
        hop = size if source.hop is None else source.hop * element.size * kind.row
        rate = port.parameters.get("hz")
        return cls(size, hop, element, int(rate) if isinstance(rate, int) and rate > 0 else None)


def windows(port: Input, source: SourceConfig, stop: StopSignal) -> Generator[bytes]:
    """Yields the windows of an input. Ends with a file, or when it is stopped. Raises `RunFailed`."""
    shape = WindowShape.of(port, source)
    if source.kind is SourceKind.FILE and source.format is InputFormat.WAV and is_recorded_over_time(port.request):
        yield from _windows_of_sound(port, source, shape, stop)
        return
    decoder, cutter = decoder_for(source.format, shape.element, shape.rate), Cutter(shape.size, shape.hop)
    with closing(blocks(source, stop)) as stream:
        for block in stream:
            if not block:
                decoder, cutter = decoder_for(source.format, shape.element, shape.rate), Cutter(shape.size, shape.hop)
            yield from cutter.push(decoder.decode(block))


def _windows_of_sound(port: Input, source: SourceConfig, shape: WindowShape, stop: StopSignal) -> Iterator[bytes]:
    """A file can be read whole, and is converted to what the rune takes."""
    while True:
        data = bytearray()
        for block in blocks(SourceConfig(source.kind, source.value), stop):
            data += block
            if len(data) > _LARGEST_FILE:
                raise RunFailed(ProblemName.INPUT_ENDED, f"{source.value[0]} has more than 512 MB.")
        try:
            sound = stream_file(port.request, "the sound", bytes(data), no_notice).data
        except InputFile as error:
            raise RunFailed(ProblemName.INPUT_ENDED, f"{source.value[0]}: {error}.") from None
        if stop.is_set:
            return
        if len(sound) < shape.size:
            raise RunFailed(ProblemName.INPUT_ENDED, f"{source.value[0]} is shorter than a window.")
        yield from Cutter(shape.size, shape.hop).push(sound)
        if not source.repeats:
            return
