"""A module of relaxed SIMD with its dot products spelled out in plain SIMD, which every host computes in one way.

WebAssembly leaves open what `i32x4.relaxed_dot_i8x16_i7x16_add_s` makes of numbers of 8 bits. Here each is a call of a
function that the module gets, with the meaning that is chosen. An instruction and its call have the same three bytes,
so nothing else of the module's code changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, Literal

from rune.running.container.errors import ContainerError
from rune.running.container.wasm import ByteCursor, WasmSection, read_module, unsigned_leb

Meaning = Literal["exact", "signed", "saturating"]
"""The dot product's use of its second operand: all 8 bits of it count and nothing is cut; its highest bit is a
sign; or the sum of two products is cut to 16 bits. Hosts do one of these."""

_TYPES, _FUNCTIONS, _CODE = 1, 3, 10
_DOT: Final = b"\xfd\x93\x02"
_MOST_FUNCTIONS: Final = 1 << 14
"""The largest number of functions, which fits two bytes."""
_BRANCHES: Final = 0x0E

_NUMBER = rb"[\x80-\xff]*[\x00-\x7f]"
_INSTRUCTION = re.compile(
    rb"(?s:"
    rb"[\x00\x01\x05\x0b\x0f\x1a\x1b\x45-\xc4\xd1]"
    rb"|[\x02-\x04\x0c\x0d\x10\x20-\x26\x3f-\x42\xd0\xd2]N"
    rb"|[\x11\x28-\x3e]NN"
    rb"|\x1c\x01."
    rb"|\x43.{4}|\x44.{8}"
    rb"|\xfc(?:[\x00-\x07]|[\x08\x0a\x0c\x0e]NN|[\x09\x0b\x0d\x0f-\x11]N)"
    rb"|\xfd(?:[\x00-\x0b\x5c\x5d]NN|[\x0c\x0d].{16}|[\x15-\x22].|[\x54-\x5b]NN."
    rb"|(?![\x0c\x0d\x15-\x22\x54-\x5d])(?:[\x0e-\x7f]|[\x80-\xff][\x01-\x03]))"
    rb")".replace(b"N", _NUMBER)
)
"""One instruction with all that belongs to it; a table of branches is the one that has a count."""

_V128, _LOCALS = 0x7B, b"\x01\x02\x7b"
_A, _B, _SUMS, _FIRST, _SECOND = (b"\x20" + bytes([number]) for number in range(5))
_SET_FIRST, _SET_SECOND, _END = b"\x21\x03", b"\x21\x04", b"\x0b"


def _vector(operation: int) -> bytes:
    return b"\xfd" + unsigned_leb(operation)


_LOW_SIGNED, _HIGH_SIGNED, _LOW, _HIGH = map(_vector, (0x87, 0x88, 0x89, 0x8A))
_DOT_16, _ADD_32, _MULTIPLY_16, _ADD_CUT_16, _ADD_PAIRS_16 = map(_vector, (0xBA, 0xAE, 0x95, 0x8F, 0x7E))


def _every_other(first: int, width: int) -> bytes:
    """The lanes of `width` bytes of both halves, beginning with this one: i8x16.shuffle."""
    places = [2 * lane * width + first * width + byte for lane in range(16 // width) for byte in range(width)]
    return _vector(0x0D) + bytes(places)


def _in_pairs(low: bytes, high: bytes) -> bytes:
    """The sums of two products in 32 bits, then of two of these."""
    return (
        _A + _LOW_SIGNED + _B + low + _DOT_16 + _SET_FIRST
        + _A + _HIGH_SIGNED + _B + high + _DOT_16 + _SET_SECOND
        + _FIRST + _SECOND + _every_other(0, 4) + _FIRST + _SECOND + _every_other(1, 4) + _ADD_32
    )  # fmt: skip


_BODIES: Mapping[Meaning, bytes] = {
    "exact": _in_pairs(_LOW, _HIGH),
    "signed": _in_pairs(_LOW_SIGNED, _HIGH_SIGNED),
    "saturating": (
        _A + _LOW_SIGNED + _B + _LOW + _MULTIPLY_16 + _SET_FIRST
        + _A + _HIGH_SIGNED + _B + _HIGH + _MULTIPLY_16 + _SET_SECOND
        + _FIRST + _SECOND + _every_other(0, 2) + _FIRST + _SECOND + _every_other(1, 2) + _ADD_CUT_16 + _ADD_PAIRS_16
    ),
}  # fmt: skip


def with_spelled_dots(data: bytes, meaning: Meaning = "exact") -> bytes:
    """The module with a function in the place of each relaxed dot product. Raises `ContainerError` where the code
    cannot be read."""
    module = read_module(data)
    sections = {section.number: section for section in module.sections if section.name is None}
    if not sections.keys() >= {_TYPES, _FUNCTIONS, _CODE}:
        raise ContainerError("The second module has no code")
    import_count = sum(each.kind == "function" for each in module.imports)
    function = import_count + _count(sections[_FUNCTIONS])
    if function >= _MOST_FUNCTIONS:
        raise ContainerError(f"The second module has {function} functions; at most {_MOST_FUNCTIONS - 1} are read")
    call = bytes([0x10, function & 0x7F | 0x80, function >> 7])
    code = bytearray(sections[_CODE].payload)
    for place in _dots(sections[_CODE]):
        code[place : place + len(_DOT)] = call
    body = _LOCALS + _BODIES[meaning] + _SUMS + _ADD_32 + _END
    kind = bytes([0x60, 3, _V128, _V128, _V128, 1, _V128])
    longer = {
        _TYPES: _with_entry(sections[_TYPES], sections[_TYPES].payload, kind),
        _FUNCTIONS: _with_entry(
            sections[_FUNCTIONS], sections[_FUNCTIONS].payload, unsigned_leb(_count(sections[_TYPES]))
        ),
        _CODE: _with_entry(sections[_CODE], code, unsigned_leb(len(body)) + body),
    }
    parts, at = [], 0
    for section in module.sections:
        if section.name is None and section.number in longer:
            payload = longer[section.number]
            parts += [data[at : section.start], bytes([section.number]), unsigned_leb(len(payload)), payload]
            at = section.offset + len(section.payload)
    return b"".join((*parts, data[at:]))


def _count(section: WasmSection) -> int:
    return ByteCursor(section.payload, section.offset).number("a count")


def _with_entry(section: WasmSection, payload: bytes | bytearray | memoryview, entry: bytes) -> bytes:
    """The payload with one entry more at its end."""
    cursor = ByteCursor(section.payload, section.offset)
    count = cursor.number("a count")
    return unsigned_leb(count + 1) + bytes(payload[cursor.at :]) + entry


def _dots(section: WasmSection) -> Iterator[int]:
    """Yields the places of relaxed dot products in the code."""
    cursor = ByteCursor(section.payload, section.offset)
    for _ in range(cursor.number("the number of functions")):
        offset, body = cursor.block("a function")
        inner = ByteCursor(body, offset)
        for _ in range(inner.number("the number of locals")):
            inner.number("a number of locals")
            inner.byte("the type of locals")
        start = offset - section.offset
        for place in _instructions(bytes(body), inner.at, offset):
            if bytes(body[place : place + len(_DOT)]) == _DOT:
                yield start + place


def _instructions(body: bytes, at: int, offset: int) -> Iterator[int]:
    """Yields where each instruction of a function begins; its code begins at `at`."""
    while at < len(body):
        yield at
        if body[at] == _BRANCHES:
            cursor = ByteCursor(memoryview(body)[at + 1 :], offset + at + 1)
            for _ in range(cursor.number("a number of branches") + 1):
                cursor.number("a branch")
            at += 1 + cursor.at
            continue
        match = _INSTRUCTION.match(body, at)
        if match is None:
            raise ContainerError("The second module has an instruction that is not known here", offset + at)
        at = match.end()
