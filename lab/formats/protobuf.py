"""Reads and writes messages of Protocol Buffers as numbered fields, without a generated class for each message.

ONNX files and SavedModels are such messages. Nothing is built from them but bytes and numbers.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from lab.refusal import Reason, Refused

VARINT, FIXED_64, BYTES, FIXED_32 = 0, 1, 2, 5
"""The four ways in which a field is stored. Groups, the fifth, were given up before any of these formats began."""
_LONGEST_VARINT = 10

Value = int | memoryview
"""A number, or the bytes of a text, of packed numbers, or of a message."""


def read_fields(data: memoryview) -> Iterator[tuple[int, Value]]:
    """The fields of a message in their order, with their numbers. Fixed fields are their bytes. Raises `Refused`."""
    place, end = 0, len(data)
    while place < end:
        key, place = _varint(data, place)
        number, form = key >> 3, key & 7
        if form == VARINT:
            value, place = _varint(data, place)
            yield number, value
            continue
        if form == BYTES:
            size, place = _varint(data, place)
        elif form in (FIXED_32, FIXED_64):
            size = 4 if form == FIXED_32 else 8
        else:
            raise Refused(Reason.BROKEN, f"The file has a field of the unknown form {form}.")
        if size > end - place or not number:
            raise Refused(Reason.BROKEN, "The file ends within a field.")
        yield number, data[place : place + size]
        place += size


def _varint(data: memoryview, place: int) -> tuple[int, int]:
    value = 0
    for shift in range(_LONGEST_VARINT):
        if place >= len(data):
            raise Refused(Reason.BROKEN, "The file ends within a number.")
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << (7 * shift)
        if byte < 0x80:
            return value & (1 << 64) - 1, place
    raise Refused(Reason.BROKEN, "The file has a number of more than 64 bits.")


def signed(value: Value) -> int:
    """A number of 64 bits with its sign. Raises `Refused`."""
    if not isinstance(value, int):
        raise Refused(Reason.BROKEN, "The file has bytes where a number belongs.")
    return value - (1 << 64) if value >> 63 else value


def bytes_of(value: Value) -> memoryview:
    """The bytes of a field. Raises `Refused`."""
    if isinstance(value, int):
        raise Refused(Reason.BROKEN, "The file has a number where bytes belong.")
    return value


def text_of(value: Value, longest: int) -> str:
    """The text of a field. Raises `Refused`."""
    data = bytes_of(value)
    if len(data) > longest:
        raise Refused(Reason.TOO_LARGE, f"The file has a name of {len(data):,} bytes; at most {longest:,} are read.")
    try:
        return bytes(data).decode()
    except UnicodeDecodeError as error:
        raise Refused(Reason.BROKEN, "The file has a name that is not UTF-8.") from error


def signed_numbers(value: Value) -> Iterator[int]:
    """The numbers of a repeated field: one, or those that are packed into bytes. Raises `Refused`."""
    if isinstance(value, int):
        yield signed(value)
        return
    place = 0
    while place < len(value):
        number, place = _varint(value, place)
        yield signed(number)


def float_of(value: Value) -> float:
    """The number of a field of 32 bits. Raises `Refused`."""
    data = bytes_of(value)
    if len(data) != 4:
        raise Refused(Reason.BROKEN, "The file has bytes where a number belongs.")
    return float(struct.unpack("<f", data)[0])


def number_field(number: int, value: int) -> bytes:
    """A field with a number."""
    return _varint_bytes(number << 3 | VARINT) + _varint_bytes(value & (1 << 64) - 1)


def float_field(number: int, value: float) -> bytes:
    """A field with a number of 32 bits."""
    return _varint_bytes(number << 3 | FIXED_32) + struct.pack("<f", value)


def bytes_field(number: int, value: bytes | str) -> bytes:
    """A field with a text, or with a message that was written."""
    data = value.encode() if isinstance(value, str) else value
    return _varint_bytes(number << 3 | BYTES) + _varint_bytes(len(data)) + data


def _varint_bytes(value: int) -> bytes:
    data = bytearray()
    while value > 0x7F:
        data.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*data, value))
