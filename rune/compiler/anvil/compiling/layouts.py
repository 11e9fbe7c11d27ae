"""Writes other constants into a linked module, because a linker takes longer than an edit of a number may.

The place of everything in a module depends on the code and on the names and sizes of the constants, not on their
values. The linker's map says where each constant lies in the file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rune.compiler.anvil.sources import Unit

_HEADER = b"\0asm\1\0\0\0"
_DATA = 11
"""The number of the section with the data."""


@dataclass(frozen=True)
class LinkedModule:
    """A linked module, and the place of each constant array in its bytes."""

    module: bytes
    places: Mapping[str, int]

    def with_data(self, units: Iterable[Unit]) -> bytes:
        """The module with the constants of `units`, which have the names and sizes of this one's."""
        module = bytearray(self.module)
        for unit in units:
            if unit.data is not None:
                place = self.places[unit.name]
                module[place : place + len(unit.data)] = unit.data
        return bytes(module)


def read_layout(module: bytes, link_map: str, units: Iterable[Unit]) -> LinkedModule | None:
    """Returns the layout of a module that was linked from `units`; None where a constant is not where the map says."""
    arrays = {unit.name: unit.data for unit in units if unit.data is not None}
    segments = list(_segments(module))
    places = {}
    for line in link_map.splitlines():
        address, _, _, name = (line.split() + [""] * 4)[:4]
        if name in arrays:
            places[name] = _place(segments, int(address, 16))
    are_there = all(module.startswith(data, places.get(name, 0)) for name, data in arrays.items())
    return LinkedModule(module, places) if are_there else None


def _segments(module: bytes) -> Iterator[tuple[int, int, int]]:
    """The data of a module of our linker: each segment's first and last address, and its place in the bytes."""
    at = len(_HEADER)
    while at < len(module):
        kind, (size, content) = module[at], _number(module, at + 1)
        at = content + size
        if kind == _DATA:
            count, place = _number(module, content)
            for _ in range(count):
                # A segment has a kind, the instruction of its address, the end of that, its size, its bytes.
                address, place = _number(module, place + 2)
                size, place = _number(module, place + 1)
                yield address, address + size, place
                place += size


def _number(module: bytes, at: int) -> tuple[int, int]:
    """The number in LEB128 at a place of a module, and the place behind it."""
    value, shift = 0, 0
    while True:
        value |= (module[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if module[at - 1] < 0x80:
            return value, at


def _place(segments: Iterable[tuple[int, int, int]], address: int) -> int:
    """The place of an address in the module's bytes; 0, where its header is, if no segment has it."""
    return next((place + address - first for first, end, place in segments if first <= address < end), 0)


def layout_key(flags: Iterable[str], units: Sequence[Unit], objects: Sequence[bytes]) -> str:
    """Returns a digest of what decides the layout: the flags, the code, and the names and sizes of the constants."""
    digest = hashlib.sha256()
    for flag in flags:
        digest.update(flag.encode() + b"\0")
    for unit, code in zip(units, objects, strict=True):
        parts = (b"code", code) if unit.data is None else (unit.name.encode(), len(unit.data).to_bytes(8, "little"))
        for part in parts:
            digest.update(len(part).to_bytes(8, "little"))
            digest.update(part)
    return digest.hexdigest()
