"""Reads the arrays of an ONNX file: from the file itself, or from the one file of weights that came with it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from lab.formats.onnx.model import Array
from lab.formats.protobuf import Value, bytes_of, read_fields, signed, signed_numbers, text_of
from lab.refusal import Reason, Refused
from rune.wording import quoted, size_text

TYPES: Final[Mapping[int, str]] = {
    1: "float32",
    2: "uint8",
    3: "int8",
    5: "int16",
    6: "int32",
    7: "int64",
    9: "bool",
    10: "float16",
    11: "float64",
}
"""Types of numbers, by their number in the format."""
NUMBERS: Final[Mapping[str, int]] = {name: number for number, name in TYPES.items()}
TOTAL_LIMIT = 512 << 20
"""Bytes of all arrays of a file."""
MOST_DIMENSIONS = 8
_LONGEST_NAME = 1000
_TEXT: Final = 8
"""The number of the type of texts."""
_MOST_TEXTS: Final = 10_000
_WHOLE = {"int8", "uint8", "int16", "int32", "bool", "float16"}
"""Types whose numbers may be stored one by one in `int32_data`."""


class TensorReader:
    """Reads arrays, and adds up what they claim. `outside` is the file of weights, which has the name `name`."""

    def __init__(self, outside: memoryview | None = None, name: str = "") -> None:
        self._outside, self._name = outside, name
        self._total = 0

    def read(self, data: memoryview) -> tuple[str, Array]:
        """An array with its name. Raises `Refused`."""
        dimensions: list[int] = []
        fields: dict[int, list[Value]] = {}
        for number, value in read_fields(data):
            if number == 1:
                dimensions += signed_numbers(value)
            else:
                fields.setdefault(number, []).append(value)
        name = text_of(fields[8][-1], _LONGEST_NAME) if 8 in fields else ""
        type_number = signed(fields[2][-1]) if 2 in fields else 0
        if type_number == _TEXT and 6 in fields and len(dimensions) == 1:
            return name, self._texts(name, fields[6], dimensions[0])
        kind = TYPES.get(type_number)
        if kind is None:
            raise Refused(Reason.NOT_CONVERTED, f"The array {quoted(name)} is not of numbers that are converted.")
        if len(dimensions) > MOST_DIMENSIONS or any(one < 0 for one in dimensions):
            raise Refused(Reason.BROKEN, f"The array {quoted(name)} has no valid shape.")
        size = math.prod(dimensions) * np.dtype(kind).itemsize
        self._total += size
        if self._total > TOTAL_LIMIT:
            claimed_size, limit = size_text(size), size_text(TOTAL_LIMIT)
            raise Refused(Reason.TOO_LARGE, f"{quoted(name)} claims {claimed_size}; at most {limit} are read in all.")
        if (14 in fields and signed(fields[14][-1]) == 1) or 13 in fields:
            array = self._from_outside(name, fields.get(13, []), kind, size)
        else:
            array = _inside(fields, kind)
        if array.size != math.prod(dimensions):
            raise Refused(
                Reason.BROKEN, f"The array {quoted(name)} has {array.size:,} numbers; its shape is {dimensions}."
            )
        return name, array.reshape(dimensions)

    def _texts(self, name: str, values: list[Value], count: int) -> Array:
        """A row of texts, as the names of a classifier's classes are. Raises `Refused`."""
        texts = [text_of(one, _LONGEST_NAME) for one in values]
        self._total += sum(map(len, texts))
        if len(texts) != count or count > _MOST_TEXTS or self._total > TOTAL_LIMIT:
            raise Refused(Reason.BROKEN, f"The array {quoted(name)} has {len(texts):,} texts; its shape is [{count}].")
        return np.array(texts, object)

    def _from_outside(self, name: str, entries: list[Value], kind: str, size: int) -> Array:
        """An array of the file of weights. No other file is opened, whatever the name says. Raises `Refused`."""
        entry = dict(_entry(bytes_of(one)) for one in entries)
        location = entry.get("location", "")
        if self._outside is None or location.removeprefix("./") != self._name:
            expected = f" {quoted(self._name)} is the file that is read." if self._outside is not None else ""
            raise Refused(
                Reason.LEADS_OUTSIDE, f"{quoted(name)} is stored in the file {quoted(location[:200])}.{expected}"
            )
        start, length = _whole(entry.get("offset", "0")), _whole(entry.get("length", str(size)))
        if start < 0 or length != size or start + length > len(self._outside):
            raise Refused(Reason.BROKEN, f"{quoted(name)} is not within the file {quoted(self._name)}.")
        return np.frombuffer(self._outside[start : start + length], _stored_type(kind)).astype(kind)


def _entry(data: memoryview) -> tuple[str, str]:
    texts = {number: text_of(value, _LONGEST_NAME) for number, value in read_fields(data)}
    return texts.get(1, ""), texts.get(2, "")


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else -1


def _stored_type(kind: str) -> np.dtype[Any]:
    return np.dtype(kind).newbyteorder("<")


def _inside(fields: Mapping[int, list[Value]], kind: str) -> Array:
    """The numbers of an array that the file itself holds. Raises `Refused`."""
    if 9 in fields:
        data = bytes_of(fields[9][-1])
        if len(data) % np.dtype(kind).itemsize:
            raise Refused(Reason.BROKEN, "The file has bytes where numbers belong.")
        return np.frombuffer(data, _stored_type(kind)).astype(kind)
    for place, stored_type in ((4, "<f4"), (10, "<f8")):
        if place in fields and kind == np.dtype(stored_type).name:
            parts = [np.frombuffer(_even(one, stored_type), stored_type) for one in fields[place]]
            return np.concatenate(parts).astype(kind)
    place = 7 if kind == "int64" else 5
    if kind == "int64" or kind in _WHOLE:
        numbers = [number for one in fields.get(place, []) for number in signed_numbers(one)]
        try:
            if kind == "float16":
                return np.array(numbers, np.uint16).view(np.float16)
            return np.array(numbers, np.int64 if kind == "bool" else kind).astype(kind)
        except OverflowError as error:
            raise Refused(Reason.BROKEN, f"The file has a number that {kind} does not hold.") from error
    return np.zeros(0, kind)


def _even(value: Value, stored_type: str) -> memoryview:
    data = bytes_of(value)
    if len(data) % np.dtype(stored_type).itemsize:
        raise Refused(Reason.BROKEN, "The file has bytes where numbers belong.")
    return data
