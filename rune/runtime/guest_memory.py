"""The rune's memory as its host may touch it: every range is checked before a byte is read or written."""

from __future__ import annotations

import struct

from wasmtime import Caller, Memory

from rune.runtime.errors import BadPointer, NotARune


def checked_memory(caller: Caller, function: str, address: int, size: int) -> Memory:
    """The memory, if `size` bytes at `address` lie in it. Raises `BadPointer`, which names the import `function`."""
    memory = caller.get("memory")
    if not isinstance(memory, Memory):
        raise NotARune("the module exports no memory")
    length = memory.data_len(caller)
    if address + size > length:
        raise BadPointer(function, address, size, length)
    return memory


def read(caller: Caller, function: str, address: int, size: int, most: int | None = None) -> bytes:
    """A copy of the rune's memory, at most `most` bytes of it, after the whole range was checked."""
    memory = checked_memory(caller, function, address, size)
    kept = size if most is None else min(size, most)
    return bytes(memory.read(caller, address, address + kept))


def read_words(caller: Caller, function: str, address: int, count: int) -> tuple[int, ...]:
    """`count` u32, little-endian."""
    return struct.unpack(f"<{count}I", read(caller, function, address, count * 4))


def write(caller: Caller, function: str, address: int, data: bytes) -> None:
    """Raises `BadPointer` before anything is written."""
    memory = checked_memory(caller, function, address, len(data))
    if data:
        memory.write(caller, data, address)
