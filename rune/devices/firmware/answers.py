"""The frames of a board: its identity, the result of a run, an error. Malformed ones are errors by name."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, cast

from rune.devices.firmware.errors import BoardError
from rune.devices.firmware.protocol import BoardPortJson, HelloJson
from rune.tensor import ElementType, TensorType, parse_shape


@dataclass(frozen=True)
class BoardOutput:
    """One output of a run: `dimensions` where the run decided them, and its bytes; of texts each one's."""

    dimensions: tuple[int, ...] | None
    pieces: tuple[bytes, ...]


@dataclass(frozen=True)
class BoardRun:
    """`stack` is the deepest since the start, `steps` the cycles of each step. An output that was not sent is None."""

    cycles: int
    stack: int
    steps: tuple[int, ...]
    outputs: tuple[BoardOutput | None, ...]


@dataclass(frozen=True)
class BoardProblem:
    """An error of the protocol."""

    code: int
    detail: int
    step: int
    text: str


_PORT = {"name": str, "capability": str, "type": str, "bytes": int, "texts": int, "optional": bool, "sizes": int}
_HELLO = {"protocol": int, "rune": str, "digest": str, "board": str, "clock_hz": int}


def read_hello(payload: bytes) -> HelloJson:
    """Raises `BoardError`."""
    try:
        hello = json.loads(payload.decode("utf-8"))
    except (ValueError, RecursionError):
        raise BoardError("The board's description cannot be read") from None
    if not (
        _has(hello, _HELLO)
        and all(_lists(hello.get(name), _is_port) for name in ("inputs", "outputs"))
        and _lists(hello.get("steps"), lambda step: isinstance(step, str))
        and hello["clock_hz"] > 0
    ):
        raise BoardError("The board's description is incomplete")
    return cast("HelloJson", hello)


def _has(value: object, fields: Mapping[str, type]) -> bool:
    return isinstance(value, dict) and all(type(value.get(name)) is kind for name, kind in fields.items())


def _lists(value: object, is_one: Any) -> bool:
    return isinstance(value, list) and all(map(is_one, value))


def _is_port(value: Any) -> bool:
    return (
        _has(value, _PORT)
        and (kind := _type_of(value)) is not None
        and (value["bytes"], value["texts"])
        == ((0, kind.count) if kind.element is ElementType.UTF8 else (kind.size, 0))
        and value["sizes"] in (0, len(kind.dimensions))
    )


def _type_of(fields: Mapping[str, Any]) -> TensorType | None:
    try:
        return parse_shape(fields["type"])
    except ValueError:
        return None


def type_of(port: BoardPortJson) -> TensorType:
    """Returns the type of a description that was read."""
    return parse_shape(port["type"])


def read_run(payload: bytes, hello: HelloJson) -> BoardRun:
    """Raises `BoardError`."""
    reader = _AnswerReader(payload)
    cycles = reader.word() | reader.word() << 32
    stack = reader.word()
    steps = tuple(reader.word() for _ in hello["steps"])
    outputs = tuple(_output(reader, port) for port in hello["outputs"])
    reader.end()
    return BoardRun(cycles, stack, steps, outputs)


def _output(reader: _AnswerReader, port: BoardPortJson) -> BoardOutput | None:
    if port["optional"] and not reader.word():
        return None
    dimensions = tuple(reader.word() for _ in range(port["sizes"])) or None
    if not port["texts"]:
        size = port["bytes"] if dimensions is None else prod(dimensions) * type_of(port).element.size
        return BoardOutput(dimensions, (reader.take(size),))
    count = port["texts"] if dimensions is None else prod(dimensions)
    if count > port["texts"]:
        raise BoardError("The board's answer has too many texts")
    return BoardOutput(dimensions, tuple(reader.take(reader.word()) for _ in range(count)))


def read_problem(payload: bytes) -> BoardProblem:
    """Raises `BoardError`."""
    reader = _AnswerReader(payload)
    code, detail, step = reader.word(), reader.word(), reader.word()
    return BoardProblem(code, detail, step, reader.rest().decode("utf-8", "replace"))


class _AnswerReader:
    def __init__(self, payload: bytes) -> None:
        self._payload = payload
        self._at = 0

    def word(self) -> int:
        return int(struct.unpack("<I", self.take(4))[0])

    def take(self, size: int) -> bytes:
        if self._at + size > len(self._payload):
            raise BoardError("The board's answer is too short")
        self._at += size
        return self._payload[self._at - size : self._at]

    def rest(self) -> bytes:
        return self.take(len(self._payload) - self._at)

    def end(self) -> None:
        if self._at != len(self._payload):
            raise BoardError("The board's answer is too long")
