"""The imports by which a rune reads resources: texts and files that it was built with, or that its caller gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rune.running.runtime.errors import BadRequest
from rune.running.runtime.host.handles import Handles
from rune.running.runtime.limits import NAME_BYTES
from rune.running.runtime.wasm.guest_memory import GuestMemory

FindResource = Callable[[str], bytes | memoryview | None]
"""The bytes of a resource by its name without `$`, or None if there is none."""

UNKNOWN = -1


@dataclass
class _OpenResource:
    data: memoryview
    at: int = 0


class HostResources:
    """The open resources. An unknown resource has a negative handle: the rune then uses its built-in default."""

    def __init__(self, handles: Handles, find: FindResource) -> None:
        self._handles = handles
        self._find = find
        self._open_resources: dict[int, _OpenResource] = {}

    def open(self, memory: GuestMemory, address: int, size: int) -> int:
        """`rune_resource_open`."""
        name = memory.read("rune_resource_open", address, size, most=NAME_BYTES + 1)
        if len(name) > NAME_BYTES:
            return UNKNOWN
        data = self._find(name.decode("utf-8", errors="replace"))
        if data is None:
            return UNKNOWN
        handle = self._handles.take()
        self._open_resources[handle] = _OpenResource(memoryview(data))
        return handle

    def read(self, memory: GuestMemory, handle: int, address: int, size: int) -> int:
        """`rune_resource_read`: as much as is left and fits; 0 at the end."""
        resource = self._find_open("reads", handle)
        memory.check("rune_resource_read", address, size)
        part = resource.data[resource.at : resource.at + size]
        memory.write("rune_resource_read", address, bytes(part))
        resource.at += len(part)
        return len(part)

    def close(self, _memory: GuestMemory, handle: int) -> int:
        """`rune_resource_close`. The number is not given again."""
        self._find_open("closes", handle)
        del self._open_resources[handle]
        return 0

    def _find_open(self, does: str, handle: int) -> _OpenResource:
        try:
            return self._open_resources[handle]
        except KeyError:
            raise BadRequest(f"the rune {does} the resource {handle}, which is not open") from None
