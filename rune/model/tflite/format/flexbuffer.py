"""The numbers of a FlexBuffer's map, which is how custom operators write their options; safe on any bytes.

A value's type and width stand behind the values, and a map's keys in a vector of their own before it. Format:
https://flatbuffers.dev/internals (FlexBuffers).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Final

LARGEST: Final = 256
"""Entries of a map, and bytes of a key."""

_INT, _UINT, _FLOAT, _INDIRECT_INT, _INDIRECT_UINT, _INDIRECT_FLOAT, _MAP, _BOOL = 1, 2, 3, 6, 7, 8, 9, 26
_CODES: Final = {
    _INT: {1: "<b", 2: "<h", 4: "<i", 8: "<q"},
    _UINT: {1: "<B", 2: "<H", 4: "<I", 8: "<Q"},
    _FLOAT: {2: "<e", 4: "<f", 8: "<d"},
}
_INDIRECT: Final = {_INDIRECT_INT: _INT, _INDIRECT_UINT: _UINT, _INDIRECT_FLOAT: _FLOAT}


class BadFlexBuffer(ValueError):
    """The bytes are no FlexBuffer, or no map."""


def map_numbers(data: bytes | memoryview) -> Mapping[str, int | float | bool]:
    """The integers, floats and truths of the map by their keys; values of other types are left out. Raises
    `BadFlexBuffer`."""
    reading = _FlexbufferReader(bytes(data))
    if len(data) < 3:
        raise BadFlexBuffer("there are fewer than three bytes")
    packed_type, width = data[-2], data[-1]
    if packed_type >> 2 != _MAP:
        raise BadFlexBuffer("what it holds is not a map")
    return reading.map(reading.target(len(data) - 2 - width, width), 1 << (packed_type & 3))


class _FlexbufferReader:
    """Numbers at places that are checked before they are read."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def map(self, start: int, width: int) -> Mapping[str, int | float | bool]:
        """Returns the length of the map whose values begin at `start`, each of `width` bytes."""
        count = self._number(_UINT, start - width, width)
        keys, key_width = self.target(start - 3 * width, width), self._number(_UINT, start - 2 * width, width)
        if count > LARGEST:
            raise BadFlexBuffer(f"its map has {count} entries")
        items: dict[str, int | float | bool] = {}
        for index in range(int(count)):
            key = self._text(self.target(keys + index * int(key_width), int(key_width)))
            packed_type = self._number(_UINT, start + int(count) * width + index, 1)
            value = self._value(start + index * width, width, int(packed_type))
            if value is not None:
                items[key] = value
        return items

    def target(self, place: int, width: int) -> int:
        """Returns where the offset at a place leads."""
        return place - int(self._number(_UINT, place, width))

    def _value(self, place: int, width: int, packed_type: int) -> int | float | bool | None:
        kind = packed_type >> 2
        if kind in _INDIRECT:
            kind, place, width = _INDIRECT[kind], self.target(place, width), 1 << (packed_type & 3)
        if kind == _BOOL:
            return self._number(_UINT, place, width) != 0
        return self._number(kind, place, width) if kind in _CODES else None

    def _number(self, kind: int, place: int, width: int) -> int | float:
        code = _CODES[kind].get(width)
        if code is None or not 0 <= place <= len(self._data) - width:
            raise BadFlexBuffer(f"it reads {width} bytes at {place} of {len(self._data)}")
        value: int | float = struct.unpack_from(code, self._data, place)[0]
        return value

    def _text(self, place: int) -> str:
        end = self._data.find(b"\0", max(place, 0), max(place, 0) + LARGEST) if place >= 0 else -1
        if end < 0:
            raise BadFlexBuffer(f"there is no key at {place}")
        return self._data[place:end].decode("utf-8", "replace")
