"""The rune's memory as its host may touch it: every range is checked before a byte is read or written."""

from __future__ import annotations

import ctypes
import struct

from wasmtime import Memory, Store, _ffi

from rune.running.runtime.errors import BadPointer, NotARune
from rune.running.runtime.wasm import wasmtime_c

_MEMORY: object = _ffi.WASMTIME_EXTERN_MEMORY.value


class GuestMemory:
    """The memory of one rune, while it calls an import or does not run."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._context = store._context()
        self._memory: ctypes._CArgObject | None = None
        self._still: tuple[int, int] | None = None
        """The address and size of a memory that has grown as far as it may: neither changes any more."""

    def belongs_to(self, memory: Memory) -> None:
        """Says which memory it is."""
        self._memory = ctypes.byref(memory._memory)
        if memory.type(self._store).limits.max == memory.size(self._store):
            self._still = self._place()

    def find(self, caller: int) -> None:
        """Finds it by a `wasmtime_caller_t`: a module's start function runs before its exports are known."""
        extern = _ffi.wasmtime_extern_t()
        has_it = wasmtime_c.caller_export_get(caller, b"memory", 6, ctypes.byref(extern))
        if not has_it or extern.kind != _MEMORY:
            raise NotARune("the module exports no memory")
        self._memory = ctypes.byref(extern.of.memory)

    @property
    def is_known(self) -> bool:
        """Returns whether it was said which memory it is."""
        return self._memory is not None

    @property
    def size(self) -> int:
        """Bytes; 0 until it is known which memory it is."""
        return 0 if self._memory is None else self._place()[1]

    def check(self, function: str, address: int, size: int) -> int:
        """The host's address of `size` bytes of the memory. Raises `BadPointer`, which names the import `function`."""
        start, length = self._still or self._place()
        if address + size > length:
            raise BadPointer(function, address, size, length)
        return start + address

    def _place(self) -> tuple[int, int]:
        if self._memory is None:
            raise NotARune("the module exports no memory")
        start = wasmtime_c.memory_data(self._context, self._memory)
        return int(start or 0), int(wasmtime_c.memory_data_size(self._context, self._memory))

    def read(self, function: str, address: int, size: int, most: int | None = None) -> bytes:
        """A copy of the memory, at most `most` bytes of it, after the whole range was checked."""
        start = self.check(function, address, size)
        return ctypes.string_at(start, size if most is None else min(size, most))

    def read_words(self, function: str, address: int, count: int) -> tuple[int, ...]:
        """`count` u32, little-endian."""
        return struct.unpack(f"<{count}I", self.read(function, address, count * 4))

    def write(self, function: str, address: int, data: bytes) -> None:
        """Raises `BadPointer` before anything is written."""
        self.fill(self.check(function, address, len(data)), data)

    @staticmethod
    def fill(place: int, data: bytes) -> None:
        """Writes to what `check` gave for so many bytes; the rune must not have run since."""
        ctypes.memmove(place, data, len(data))
