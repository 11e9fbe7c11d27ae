"""Published blocks that were fetched, kept by their digests. No network here.

What is read is compared with its digest by who reads it (`rune.blocks.mounts`), so a damaged cache builds
nothing.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from rune.blocks.mounts import is_mounted, mounted_path
from rune.digests import digest_of
from rune.project.files import FileError, FileMissing, ProjectFiles, normal_path
from rune.user_cache import user_cache


class BlockCache:
    """A folder of bytes; by default `$XDG_CACHE_HOME/rune/blocks` or `~/.cache/rune/blocks`."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or user_cache("blocks")

    def get(self, digest: str) -> bytes | None:
        """The bytes of a digest; None where they are not here, or are others."""
        try:
            data = self._place(digest).read_bytes()
        except OSError:
            return None
        return data if digest_of(data) == digest else None

    def put(self, data: bytes) -> None:
        """Keeps bytes, whole or not at all. Raises `OSError`."""
        place = self._place(digest_of(data))
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=place.parent, prefix=".block-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(name).replace(place)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise

    def _place(self, digest: str) -> Path:
        return self.folder.joinpath(*digest.split(":"))


class CachedFiles:
    """A project's files, with the published blocks of the cache among them where the project has none of its own."""

    def __init__(self, files: ProjectFiles, cache: BlockCache) -> None:
        self._files = files
        self._cache = cache

    def read(self, path: str) -> bytes:
        try:
            return self._files.read(path)
        except FileMissing:
            data = self._cached_data(path)
            if data is None:
                raise
            return data

    def size(self, path: str) -> int:
        """The bytes that a file has. Raises `FileError`."""
        size_of = getattr(self._files, "size", None)
        return len(self.read(path)) if size_of is None else int(size_of(path))

    def paths(self) -> tuple[str, ...]:
        return self._files.paths()

    def _cached_data(self, path: str) -> bytes | None:
        try:
            normal = normal_path(path)
        except FileError:
            return None
        digest = ":".join(normal.split("/")[-2:])
        return self._cache.get(digest) if is_mounted(normal) and normal == mounted_path(digest) else None
