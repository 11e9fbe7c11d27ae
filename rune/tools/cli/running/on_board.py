"""Runs a rune on this machine and on a board at a serial port, both from a fresh state, and compares their outputs."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from rune.abi import OutputKind
from rune.devices.firmware.answers import BoardOutput, type_of
from rune.devices.firmware.device import BoardClient
from rune.devices.firmware.errors import BoardError
from rune.devices.firmware.protocol import BoardPortJson
from rune.digests import digest_of
from rune.running.runtime import InputSource, LoadedRune, OutputMessage, OutputTensor
from rune.running.runtime.messages import as_serial, sent_pieces
from rune.tensor import ElementType
from rune.wording import counted, printable


@dataclass(frozen=True)
class BoardResult:
    """A run on a board: its outputs, cycles and time, and whether the outputs equal those of the rune here."""

    messages: tuple[OutputMessage, ...]
    cycles: int
    milliseconds: float
    is_same: bool

    def to_json(self) -> Mapping[str, object]:
        return {"cycles": self.cycles, "milliseconds": round(self.milliseconds, 3), "same": self.is_same}

    def __str__(self) -> str:
        same = "same bytes" if self.is_same else "other bytes than here"
        return f"board: {self.cycles:,} cycles, {self.milliseconds:.3g} ms, {same}"


class ConnectedBoard:
    """A board that runs the firmware of a rune. Its methods raise `BoardError`."""

    def __init__(self, device: BoardClient, rune: bytes, loaded_rune: LoadedRune) -> None:
        """Refuses a board with another build of the rune."""
        self._device = device
        self._loaded_rune = loaded_rune
        self._different: list[int] = []
        self._runs = 0
        digest, hello = digest_of(rune), device.hello
        if hello["digest"] != digest or len(hello["inputs"]) != len(loaded_rune.capabilities):
            raise BoardError(
                f"The board has other firmware: that of {printable(hello['rune'])}, {_short(hello['digest'])}, "
                f"and this rune is {_short(digest)}; build both from the same files, with --target pico and without"
            )
        device.reset()

    def inputs(self, sources: Mapping[int, InputSource]) -> Mapping[int, bytes]:
        """The bytes of each capability, in the sizes that the board takes."""
        sizes = [port["bytes"] for port in self._device.hello["inputs"]]
        requests = zip(self._loaded_rune.capabilities, sizes, strict=True)
        return {request.id: _bytes_of(sources[request.id], size) for request, size in requests}

    def run(self, inputs: Mapping[int, bytes], expected: tuple[OutputMessage, ...]) -> BoardResult:
        """Runs the board on `inputs`; `expected` is what the rune sent here for the same input."""
        hello = self._device.hello
        data = b"".join(inputs[request.id] for request in self._loaded_rune.capabilities)
        result = self._device.run(data)
        sent_outputs = [
            (port, output) for port, output in zip(hello["outputs"], result.outputs, strict=True) if output is not None
        ]
        messages = _with_tensors(expected, [_tensor(port, output) for port, output in sent_outputs])
        kinds = [message.kind for message in expected for _ in message.tensors]
        pieces = [piece for pair, kind in zip(sent_outputs, kinds, strict=True) for piece in _pieces(*pair, kind)]
        is_same = [piece for message in expected for piece in sent_pieces(message)] == pieces
        self._runs += 1
        if not is_same:
            self._different.append(self._runs)
        milliseconds = 1000 * result.cycles / hello["clock_hz"]
        return BoardResult(messages, result.cycles, milliseconds, is_same)

    def require_same(self) -> None:
        """Raises `BoardError` where a run gave other bytes."""
        if self._different:
            runs = counted(self._runs, "run")
            raise BoardError(
                f"The board gave other bytes than the rune in {len(self._different)} of {runs}, first in run "
                f"{self._different[0]}; its self-test names the step"
            )


def _short(digest: str) -> str:
    return printable(digest[: len("sha256:") + 12])


def _bytes_of(source: InputSource, size: int) -> bytes:
    data = source if isinstance(source, bytes) else source(size)
    if len(data) != size:
        raise BoardError(
            f"The board's rune takes {size} bytes of an input that has {len(data)} here: it is another rune"
        )
    return data


def _pieces(port: BoardPortJson, output: BoardOutput, kind: OutputKind) -> Iterator[bytes]:
    """Yields an output that has this kind in the rune, in the form of `sent_pieces`."""
    element = type_of(port).element
    for piece in output.pieces:
        if element is ElementType.UTF8:
            yield piece + b"\0"
        else:
            yield as_serial(element, piece) if kind is OutputKind.SERIAL else piece


def _tensor(port: BoardPortJson, output: BoardOutput) -> OutputTensor:
    element = type_of(port).element
    dimensions = type_of(port).dimensions if output.dimensions is None else output.dimensions
    if element is ElementType.UTF8:
        return OutputTensor(element, dimensions, tuple(piece.decode("utf-8", "replace") for piece in output.pieces))
    (data,) = output.pieces
    count = len(data) // element.size
    return OutputTensor(element, dimensions, struct.unpack(f"<{count}{element.struct_code}", data))


def _with_tensors(messages: tuple[OutputMessage, ...], tensors: list[OutputTensor]) -> tuple[OutputMessage, ...]:
    """The board's tensors as the rune's messages."""
    if sum(len(message.tensors) for message in messages) != len(tensors):
        raise BoardError(
            f"The board sent {counted(len(tensors), 'output')} in this run, and the rune here another number"
        )
    remaining = iter(tensors)
    return tuple(replace(message, tensors=tuple(next(remaining) for _ in message.tensors)) for message in messages)
