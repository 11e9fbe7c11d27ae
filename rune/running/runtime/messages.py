"""Reading a rune's messages: results in the two output formats, and log lines."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from rune.abi import OutputKind
from rune.running.runtime.errors import BadOutput
from rune.tensor import ElementType, parse_shape
from rune.unreadable import reason_of

_EXACT_IN_F64 = 1 << 53
_ELEMENT_TYPES = {str(element.value): element for element in ElementType}
_OLD_TEXT_NAMES = frozenset({"&str", "&'static str", "string", "String"})


@dataclass(frozen=True)
class OutputTensor:
    """One tensor of a result, its elements row-major."""

    element: ElementType
    dimensions: tuple[int, ...]
    elements: tuple[int, ...] | tuple[float, ...] | tuple[str, ...]


@dataclass(frozen=True)
class OutputMessage:
    """One result as an output sent it. `channel` is the output's handle; `data` the bytes as they came."""

    channel: int
    kind: OutputKind
    data: bytes
    tensors: tuple[OutputTensor, ...]


@dataclass(frozen=True)
class LogLine:
    """A log line of a rune: a level of `ERROR WARN INFO DEBUG TRACE` and a text."""

    level: str
    message: str


def read_message(channel: int, kind: OutputKind, data: bytes) -> OutputMessage:
    """Decodes what an output sent. Raises `BadOutput`, which names the output."""
    try:
        if kind is OutputKind.SERIAL:
            return OutputMessage(channel, kind, data, _read_serial(data))
        if kind is OutputKind.TENSOR:
            return OutputMessage(channel, kind, data, _read_tensors(data))
    except BadOutput as error:
        raise BadOutput(f'Unable to parse the "{kind.name}" output with ID {channel}: {error}') from error
    raise BadOutput(f"output {channel} is of the kind {kind.name}, whose format is not documented")


def read_log_line(data: bytes) -> LogLine:
    """A record of `_debug`. Text that is no record of ours is taken as it is, at level INFO."""
    text = data.decode("utf-8", errors="replace")
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        return LogLine("INFO", text)
    if isinstance(record, dict) and isinstance(record.get("level"), str) and isinstance(record.get("message"), str):
        return LogLine(record["level"].upper(), record["message"])
    return LogLine("INFO", text)


def sent_pieces(message: OutputMessage) -> Iterator[bytes]:
    """The bytes of each tensor as they lie in memory; of texts the characters of each and a zero."""
    if message.kind is OutputKind.TENSOR:
        yield from _tensor_bytes(message.data)
        return
    for tensor in message.tensors:
        if tensor.element is ElementType.UTF8:
            yield from (f"{text}\0".encode() for text in tensor.elements)
        else:
            yield struct.pack(f"<{len(tensor.elements)}{tensor.element.struct_code}", *tensor.elements)


def as_serial(element: ElementType, data: bytes) -> bytes:
    """The bytes of numbers as `sent_pieces` gives them after a SERIAL output, where null is every number that is not
    finite: all of those are one NaN."""
    if not element.is_float:
        return data
    values = [value if math.isfinite(value) else math.nan for value in unpack(element, data)]
    return struct.pack(f"<{len(values)}{element.struct_code}", *values)


def _tensor_bytes(message: bytes) -> Iterator[bytes]:
    """The tensors of a message of the kind TENSOR: for each the length of its type, its type, its bytes."""
    while message:
        (length,) = struct.unpack_from("<I", message)
        size = parse_shape(message[4 : 4 + length].decode()).size
        yield message[4 + length : 4 + length + size]
        message = message[4 + length + size :]


def _read_serial(data: bytes) -> tuple[OutputTensor, ...]:
    try:
        document = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise BadOutput(f"a SERIAL output sent a text that cannot be read: {reason_of(error)}") from None
    records = document if isinstance(document, list) else [document]
    return tuple(_read_record(record) for record in records)


def _read_record(record: object) -> OutputTensor:
    if not isinstance(record, dict) or not isinstance(record.get("type_name"), str):
        raise BadOutput("a SERIAL output sent a record without a type_name")
    name = record["type_name"]
    element = ElementType.UTF8 if name in _OLD_TEXT_NAMES else _element_type(name)
    if "elements" not in record and isinstance(record.get("string"), str):
        return OutputTensor(ElementType.UTF8, (1,), (record["string"],))
    elements, dimensions = record.get("elements"), record.get("dimensions")
    if not isinstance(elements, list) or not isinstance(dimensions, list):
        raise BadOutput("a SERIAL output sent a record without elements and dimensions")
    if not all(type(size) is int and size >= 0 for size in dimensions):
        raise BadOutput(f"a SERIAL output sent dimensions that are not sizes: {dimensions}"[:200])
    if math.prod(dimensions) != len(elements):
        raise BadOutput(f"a SERIAL output sent {len(elements)} elements for the dimensions {dimensions}"[:200])
    return OutputTensor(element, tuple(dimensions), _typed_elements(element, elements))


def _element_type(name: str) -> ElementType:
    element = _ELEMENT_TYPES.get(name)
    if element is None:
        raise BadOutput(f"a SERIAL output sent the unknown element type {name!r}"[:200])
    return element


def _typed_elements(
    element: ElementType, elements: list[object]
) -> tuple[int, ...] | tuple[float, ...] | tuple[str, ...]:
    if element is ElementType.UTF8:
        texts = tuple(value for value in elements if isinstance(value, str))
        if len(texts) == len(elements):
            return texts
    elif element.is_float:
        # JSON has no name for what is not finite: it arrives as null.
        numbers = tuple(
            math.nan if value is None else float(value)
            for value in elements
            if value is None or isinstance(value, float) or (type(value) is int and abs(value) <= _EXACT_IN_F64)
        )
        if len(numbers) == len(elements) and _fit(element, numbers):
            return numbers
    else:
        integers = tuple(value for value in elements if type(value) is int)
        if len(integers) == len(elements) and _fit(element, integers):
            return integers
    raise BadOutput(f"a SERIAL output sent elements that are not {element}")


def _fit(element: ElementType, values: tuple[int, ...] | tuple[float, ...]) -> bool:
    """Returns whether the numbers are in the range of their type."""
    try:
        struct.pack(f"<{len(values)}{element.struct_code}", *values)
    except (struct.error, OverflowError):
        return False
    return True


def _read_tensors(data: bytes) -> tuple[OutputTensor, ...]:
    tensors = []
    offset = 0
    while offset < len(data):
        shape_size = _word(data, offset)
        shape_bytes = _slice(data, offset + 4, shape_size)
        offset += 4 + shape_size
        try:
            shape = parse_shape(shape_bytes.decode("utf-8"))
        except ValueError as error:
            raise BadOutput(f"a TENSOR output sent a shape that cannot be read: {error}"[:300]) from None
        if shape.element is ElementType.UTF8:
            texts, offset = _read_texts(data, offset, shape.count)
            tensors.append(OutputTensor(shape.element, shape.dimensions, texts))
        else:
            raw = _slice(data, offset, shape.size)
            offset += shape.size
            tensors.append(OutputTensor(shape.element, shape.dimensions, unpack(shape.element, raw)))
    return tuple(tensors)


def unpack(element: ElementType, raw: bytes) -> tuple[int, ...] | tuple[float, ...]:
    """Little-endian bytes as numbers."""
    values: tuple[int, ...] | tuple[float, ...] = struct.unpack(
        f"<{len(raw) // element.size}{element.struct_code}", raw
    )
    return values


def _read_texts(data: bytes, offset: int, count: int) -> tuple[tuple[str, ...], int]:
    """Each text with its length in front, as the later ABI has it."""
    texts = []
    for _ in range(count):
        size = _word(data, offset)
        texts.append(_slice(data, offset + 4, size).decode("utf-8", errors="replace"))
        offset += 4 + size
    return tuple(texts), offset


def _word(data: bytes, offset: int) -> int:
    return int.from_bytes(_slice(data, offset, 4), "little")


def _slice(data: bytes, offset: int, size: int) -> bytes:
    if offset + size > len(data):
        raise BadOutput(f"a TENSOR output is cut short: {size} bytes are missing at {offset} of {len(data)}")
    return data[offset : offset + size]
