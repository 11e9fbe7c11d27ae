"""Reads WebAssembly as its first version (the "MVP") defines it, instruction by instruction, and refuses all that came
later. Written from the specification's binary format; for tests only."""

from __future__ import annotations

from collections.abc import Callable

TYPE, IMPORT, FUNCTION, TABLE, MEMORY, GLOBAL, EXPORT, START, ELEMENT, CODE, DATA = range(1, 12)
VALUE_TYPES = range(0x7C, 0x80)
FUNCTION_REFERENCE = 0x70
NO_RESULT = 0x40
BLOCKS = (0x02, 0x03, 0x04)
END = 0x0B
WITH_INDEX = (0x0C, 0x0D, 0x10, *range(0x20, 0x25))
WITH_ADDRESS = range(0x28, 0x3F)
WITH_ZERO_BYTE = (0x3F, 0x40)
PLAIN = (0x00, 0x01, 0x05, 0x0B, 0x0F, 0x1A, 0x1B, *range(0x45, 0xC0))


class PostMvp(Exception):
    """Something that the first version of WebAssembly does not have."""


class Reader:
    """Bytes from a place on."""

    def __init__(self, data: bytes, start: int = 0) -> None:
        self.data = data
        self.at = start

    def byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def number(self) -> int:
        """LEB128 without a sign; with one it has the same length."""
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def skip(self, count: int) -> None:
        self.at += count

    def name(self) -> str:
        size = self.number()
        self.skip(size)
        return self.data[self.at - size : self.at].decode()

    def vector(self, read: Callable[[], object]) -> int:
        count = self.number()
        for _ in range(count):
            read()
        return count


def check_mvp(module: bytes) -> int:
    """Reads the whole module; the count of its instructions. Raises `PostMvp`."""
    if module[:8] != b"\0asm\1\0\0\0":
        raise PostMvp("this is not a module of version 1")
    reader, instructions, memories = Reader(module, 8), 0, 0
    while reader.at < len(module):
        section, size = reader.byte(), reader.number()
        end = reader.at + size
        if section == TYPE:
            reader.vector(lambda: _function_type(reader))
        elif section == IMPORT:
            reader.vector(lambda: _import(reader))
        elif section == TABLE:
            reader.vector(lambda: _table(reader))
        elif section == MEMORY:
            memories += reader.vector(lambda: _limits(reader))
        elif section == GLOBAL:
            reader.vector(lambda: _global(reader))
        elif section == EXPORT:
            reader.vector(lambda: _export(reader))
        elif section == ELEMENT:
            reader.vector(lambda: _element(reader))
        elif section == CODE:
            for _ in range(reader.number()):
                instructions += _function(reader)
        elif section == DATA:
            reader.vector(lambda: _data(reader))
        elif section > DATA:
            raise PostMvp(f"section {section}")
        if section in (0, FUNCTION, START):
            reader.at = end
        if reader.at != end:
            raise PostMvp(f"section {section} does not end where it says")
    if memories > 1:
        raise PostMvp("several memories")
    return instructions


def _value_type(reader: Reader) -> None:
    kind = reader.byte()
    if kind not in VALUE_TYPES:
        raise PostMvp(f"the value type {kind:#x}")


def _function_type(reader: Reader) -> None:
    if reader.byte() != 0x60:
        raise PostMvp("a type that is no function")
    reader.vector(lambda: _value_type(reader))
    if reader.vector(lambda: _value_type(reader)) > 1:
        raise PostMvp("a function with several results")


def _limits(reader: Reader) -> None:
    kind = reader.byte()
    if kind > 1:
        raise PostMvp(f"limits of kind {kind}")
    for _ in range(1 + kind):
        reader.number()


def _table(reader: Reader) -> None:
    if reader.byte() != FUNCTION_REFERENCE:
        raise PostMvp("a table of something else than functions")
    _limits(reader)


def _import(reader: Reader) -> None:
    reader.name()
    reader.name()
    kind = reader.byte()
    if kind == 0:
        reader.number()
    elif kind == 1:
        _table(reader)
    elif kind == 2:
        _limits(reader)
    elif kind == 3:
        _value_type(reader)
        if reader.byte():
            raise PostMvp("a mutable global is imported")
    else:
        raise PostMvp(f"an import of kind {kind}")


def _global(reader: Reader) -> None:
    _value_type(reader)
    reader.byte()
    _expression(reader)


def _export(reader: Reader) -> None:
    reader.name()
    kind = reader.byte()
    if kind >= 3:
        raise PostMvp(f"an export of kind {kind}")
    reader.number()


def _element(reader: Reader) -> None:
    if reader.number():
        raise PostMvp("elements that are not active")
    _expression(reader)
    reader.vector(reader.number)


def _data(reader: Reader) -> None:
    if reader.number():
        raise PostMvp("data that is not active")
    _expression(reader)
    reader.skip(reader.number())


def _function(reader: Reader) -> int:
    size = reader.number()
    end = reader.at + size
    for _ in range(reader.number()):
        reader.number()
        _value_type(reader)
    count = 0
    while reader.at < end:
        count += _expression(reader)
    if reader.at != end:
        raise PostMvp("a function does not end where it says")
    return count


def _expression(reader: Reader) -> int:
    """Reads instructions up to the end that closes them; how many."""
    depth, count = 1, 0
    while depth:
        opcode = reader.byte()
        _operands(reader, opcode)
        depth += (opcode in BLOCKS) - (opcode == END)
        count += 1
    return count


def _operands(reader: Reader, opcode: int) -> None:
    if opcode in BLOCKS:
        if reader.data[reader.at] != NO_RESULT:
            _value_type(reader)
        else:
            reader.skip(1)
    elif opcode in WITH_INDEX or opcode in (0x41, 0x42):
        reader.number()
    elif opcode == 0x0E:
        reader.vector(reader.number)
        reader.number()
    elif opcode == 0x11:
        reader.number()
        if reader.byte():
            raise PostMvp("a call through another table")
    elif opcode in WITH_ADDRESS:
        if reader.number() > 3:
            raise PostMvp("an address in another memory")
        reader.number()
    elif opcode in WITH_ZERO_BYTE:
        if reader.byte():
            raise PostMvp("the size of another memory")
    elif opcode in (0x43, 0x44):
        reader.skip(4 if opcode == 0x43 else 8)
    elif opcode not in PLAIN:
        raise PostMvp(f"the instruction {opcode:#x}")
