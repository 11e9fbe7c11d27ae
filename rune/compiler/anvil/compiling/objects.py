"""The caches of compiled units and of linked modules, for the lifetime of the process, and the key of a unit."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


def object_key(flags: Iterable[str], unit: str, files: Mapping[str, bytes]) -> str:
    """Returns a digest of the flags, the unit's name and every file that it can include."""
    digest = hashlib.sha256()
    for part in (*(flag.encode() for flag in flags), unit.encode(), *_entries(files)):
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()


def _entries(files: Mapping[str, bytes]) -> tuple[bytes, bytes]:
    """The names of files, and the digests of their contents in the same order."""
    names = sorted(files)
    return "\0".join(names).encode(), b"".join(_content_digest(files[name]) for name in names)


@lru_cache(maxsize=1024)
def _content_digest(data: bytes) -> bytes:
    """All units include the same kernels, which do not change while the process runs."""
    return hashlib.sha256(data).digest()


_LARGEST_SHARE = 4
"""The share of the limit above which an object is not cached: it is a model's data, which needs no compiling."""


class ObjectCache(Generic[T]):
    """A cache of at most `limit` bytes, which `size` counts; removes the least recently used objects. Thread-safe."""

    def __init__(self, limit: int, size: Callable[[T], int]) -> None:
        self._limit = limit
        self._size_of = size
        self._objects: OrderedDict[str, T] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def get(self, key: str) -> T | None:
        with self._lock:
            if key in self._objects:
                self._objects.move_to_end(key)
            return self._objects.get(key)

    def put(self, key: str, value: T) -> None:
        size = self._size_of(value)
        with self._lock:
            if key in self._objects or size > self._limit // _LARGEST_SHARE:
                return
            self._objects[key] = value
            self._size += size
            while self._size > self._limit:
                _, oldest = self._objects.popitem(last=False)
                self._size -= self._size_of(oldest)
