"""Files that verify their digest while they are read."""

from __future__ import annotations

import hashlib
import io
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any

from forge.core.blobs.chunks import CHUNK

REMEMBER_SECONDS = 600.0
"""Seconds for which a comparison holds for parts of the same file."""
REMEMBERED_FILES = 1_000


@dataclass(frozen=True)
class DigestAndSize:
    """Bytes by their digest, as `sha256:...`, and how many they are."""

    digest: str
    size: int


def measure_file(source: IO[bytes]) -> DigestAndSize:
    """Reads a file to its end."""
    hasher, size = hashlib.sha256(), 0
    while piece := source.read(CHUNK):
        hasher.update(piece)
        size += len(piece)
    return DigestAndSize(f"sha256:{hasher.hexdigest()}", size)


class CheckedFile(io.RawIOBase):
    """A file that is read once, from its first byte to its last.

    The last chunk is returned only if the digest matches, so a reader never has all of a damaged file. `size` is the
    number of bytes, where it is known; more bytes count as damage.
    """

    def __init__(
        self, source: IO[bytes], digest: str, damage_error: Callable[[], Exception], size: int | None = None
    ) -> None:
        """`damage_error` makes the exception to be raised."""
        super().__init__()
        self._source = source
        self._digest = digest
        self._damage_error = damage_error
        self._left = size
        self._hasher = hashlib.sha256()
        self._piece = b""
        self._at = 0
        self._next: bytes | None = None
        """The next piece; None before the first."""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        if size is None or size < 0:
            return self.readall()
        if self._at == len(self._piece):
            self._advance()
        data = self._piece[self._at : self._at + size]
        self._at += len(data)
        return data

    def readall(self) -> bytes:
        return b"".join(iter(lambda: self.read(CHUNK), b""))

    def close(self) -> None:
        self._source.close()
        super().close()

    def _advance(self) -> None:
        """Makes the following piece the present one, when it is known whether it is the last."""
        piece = self._take() if self._next is None else self._next
        self._next = self._take() if piece else b""
        if not self._next and self._digest != f"sha256:{self._hasher.hexdigest()}":
            raise self._damage_error()
        self._piece, self._at = piece, 0

    def _take(self) -> bytes:
        chunk = self._source.read(CHUNK)
        self._hasher.update(chunk)
        if self._left is not None:
            self._left -= len(chunk)
            if self._left < 0:
                raise self._damage_error()
        return chunk


class Comparisons:
    """Remembers files whose digests were verified recently and that have not been written since.

    Only files of this machine are remembered, by their number, time and size.
    """

    def __init__(self) -> None:
        self._identities: OrderedDict[str, tuple[Any, float]] = OrderedDict()
        self._lock = threading.Lock()

    def has(self, digest: str, identity: Any) -> bool:
        """Returns whether this same file was compared a short while ago."""
        with self._lock:
            known_identity, at = self._identities.get(digest, (None, 0.0))
        return known_identity is not None and known_identity == identity and time.monotonic() - at < REMEMBER_SECONDS

    def add(self, digest: str, identity: Any) -> None:
        """Remembers a file that was compared; one without an identity is not remembered."""
        if identity is None:
            return
        with self._lock:
            self._identities[digest] = (identity, time.monotonic())
            self._identities.move_to_end(digest)
            while len(self._identities) > REMEMBERED_FILES:
                self._identities.popitem(last=False)
