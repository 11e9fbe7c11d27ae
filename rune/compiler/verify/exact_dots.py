"""The second module of a rune, with its dot products spelled out in plain SIMD: used by `check_certificate.py`.

It is meant for hosts that compute `i32x4.relaxed_dot_i8x16_i7x16_add_s` with all 8 bits of its second operand and cut
nothing. Few interpreters do, so each is replaced by a call of a function that does. Needs nothing but Python.
"""

from __future__ import annotations

import re

NUMBER = rb"[\x80-\xff]*[\x00-\x7f]"
INSTRUCTION = re.compile(
    rb"(?s:[\x00\x01\x05\x0b\x0f\x1a\x1b\x45-\xc4\xd1]|[\x02-\x04\x0c\x0d\x10\x20-\x26\x3f-\x42\xd0\xd2]N|[\x11\x28-\x3e]NN|\x1c\x01."
    rb"|\x43.{4}|\x44.{8}|\xfc(?:[\x00-\x07]|[\x08\x0a\x0c\x0e]NN|[\x09\x0b\x0d\x0f-\x11]N)|\xfd(?:[\x00-\x0b\x5c\x5d]NN"
    rb"|[\x0c\x0d].{16}|[\x15-\x22].|[\x54-\x5b]NN.|(?![\x0c\x0d\x15-\x22\x54-\x5d])(?:[\x0e-\x7f]|[\x80-\xff][\x01-\x03])))"
    .replace(b"N", NUMBER)
)  # fmt: skip
"""One instruction with what belongs to it, but for br_table, which has a count."""
EXACT_DOT = bytes.fromhex(
    "01027b2000fd87012001fd8901fdba0121032000fd88012001fd8a01fdba01210420032004fd0d0001020308090a0b1011121318191a1b20032004"
    "fd0d040506070c0d0e0f141516171c1d1e1ffdae012002fdae010b"
)
"""A function: the products of two vectors of bytes, the second without a sign; their sums by four; a third."""


def number(data: bytes | bytearray, at: int) -> tuple[int, int]:
    """An unsigned LEB128, and where it ends."""
    value = shift = 0
    while True:
        value, shift, at = value | (data[at] & 127) << shift, shift + 7, at + 1
        if data[at - 1] < 128:
            return value, at


def leb(value: int) -> bytes:
    """A number as WebAssembly writes it."""
    return bytes([value & 127 | 128]) + leb(value >> 7) if value > 127 else bytes([value])


def sections(module: bytes) -> list[tuple[int, bytes]]:
    """The number and the content of each."""
    result, at = [], 8
    while at < len(module):
        size, start = number(module, at + 1)
        result.append((module[at], module[start : start + size]))
        at = start + size
    return result


def customs(module: bytes) -> list[tuple[bytes, bytes]]:
    """The name and the content of each custom section."""
    sized = [(number(data, 0), data) for kind, data in sections(module) if kind == 0]
    return [(data[at : at + size], data[at + size :]) for (size, at), data in sized]


def second_modules(rune: bytes) -> list[bytes]:
    """What the rune carries for hosts with exact dot products."""
    return [data for name, data in customs(rune) if name.removeprefix(b".") == b"rune_relaxed"]


def imported_functions(section: bytes) -> int:
    """How many functions a section of imports has; a rune imports nothing else."""
    count, at = number(section, 0)
    for _ in range(count):
        for _ in range(2):
            size, at = number(section, at)
            at += size
        if section[at] != 0:
            raise ValueError("the second module imports what is no function")
        at = number(section, at + 1)[1]
    return count


def spelled(module: bytes) -> bytes:
    """The module with a call of `EXACT_DOT` for each `i32x4.relaxed_dot_i8x16_i7x16_add_s`: three bytes for three."""
    by_kind = dict(sections(module))
    index = imported_functions(by_kind.get(2, b"\0")) + number(by_kind[3], 0)[0]
    if index >= 1 << 14:
        raise ValueError("the second module has too many functions")
    count, at = number(by_kind[10], 0)
    code = bytearray(by_kind[10])
    for _ in range(count):
        size, at = number(code, at)
        end = at + size
        groups, at = number(code, at)
        for _ in range(groups):
            at = number(code, at)[1] + 1
        while at < end:
            if code[at : at + 3] == b"\xfd\x93\x02":
                code[at : at + 3] = bytes([0x10, index & 127 | 128, index >> 7])
            if code[at] == 0x0E:
                branches, at = number(code, at + 1)
                for _ in range(branches + 1):
                    at = number(code, at)[1]
                continue
            matched = INSTRUCTION.match(code, at)
            if matched is None:
                raise ValueError("the second module has an instruction that is not known here")
            at = matched.end()
    by_kind[10] = bytes(code)
    kind = number(by_kind[1], 0)[0]
    for place, entry in ((1, b"\x60\x03\x7b\x7b\x7b\x01\x7b"), (3, leb(kind)), (10, leb(len(EXACT_DOT)) + EXACT_DOT)):
        count, at = number(by_kind[place], 0)
        by_kind[place] = leb(count + 1) + by_kind[place][at:] + entry
    rewritten = [(kind, by_kind[kind] if kind else data) for kind, data in sections(module)]
    return module[:8] + b"".join(bytes([kind]) + leb(len(data)) + data for kind, data in rewritten)
