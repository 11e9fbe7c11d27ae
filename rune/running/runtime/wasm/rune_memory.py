"""The memory of a rune for hosts that read it between its steps."""

from __future__ import annotations

from rune.running.runtime.wasm.guest_memory import GuestMemory


class RuneMemory:
    """The memory of a rune that is not running, to be read before it runs on."""

    def __init__(self, memory: GuestMemory) -> None:
        self._memory = memory

    @property
    def size(self) -> int:
        """Bytes."""
        return self._memory.size

    def read(self, start: int, size: int) -> bytes:
        """Returns so many bytes from a place on; fewer where the memory ends."""
        return self._memory.read("a host that reads on", start, max(min(size, self.size - start), 0))
