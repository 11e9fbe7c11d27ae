"""Digests of uploads that are under way, measured while their bytes come.

They are kept in this process alone: a request that finds none reads the bytes again.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator
from uuid import UUID

MOST_STORED = 1_000


class RunningDigest:
    """The digests of some bytes, of which more may come."""

    def __init__(self, algorithms: Collection[str]) -> None:
        self._hashes = {algorithm: hashlib.new(algorithm) for algorithm in algorithms}
        self.size = 0

    def through(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Yields the chunks, measured."""
        for chunk in chunks:
            for each in self._hashes.values():
                each.update(chunk)
            self.size += len(chunk)
            yield chunk

    def digests(self) -> dict[str, str]:
        """The digests of what came, by algorithm, as `sha256:...`."""
        return {algorithm: f"{algorithm}:{each.hexdigest()}" for algorithm, each in self._hashes.items()}


class RunningDigests:
    """The running digests of the uploads that went on last. Thread-safe."""

    def __init__(self) -> None:
        self._digests: OrderedDict[UUID, RunningDigest] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, upload: UUID, digest: RunningDigest) -> None:
        """Keeps it for the next request of its upload."""
        with self._lock:
            self._digests[upload] = digest
            while len(self._digests) > MOST_STORED:
                self._digests.popitem(last=False)

    def take(self, upload: UUID, size: int) -> RunningDigest | None:
        """Takes that of an upload out; None where it is not known for exactly so many bytes."""
        with self._lock:
            digest = self._digests.pop(upload, None)
        return digest if digest is not None and digest.size == size else None


running_digests = RunningDigests()
