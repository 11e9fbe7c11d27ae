"""The file of a backup: a tar whose last member lists the digests of all others. It knows no database.

backup.json            what made it, when, and of which migrations the tables are
tables/<name>.jsonl    a line of JSON for each row
database.sqlite3       instead of tables, before an upgrade: the database's own copy (database.dump of PostgreSQL)
keys/...               files that belong to the data folder
blobs/sha256/ab/...    stored files, named by their digests
manifest.sha256        for `sha256sum --check`
"""

from __future__ import annotations

import hashlib
import io
import re
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from forge.serving.backup.errors import DamagedBackup

CHUNK = 1 << 20
DESCRIPTION = "backup.json"
MANIFEST = "manifest.sha256"
_MEMBER = re.compile(
    r"backup\.json|database\.(sqlite3|dump)|tables/[a-z0-9_]+\.[a-z0-9_]+\.jsonl|keys/[a-z0-9-]+(/[a-z0-9.-]+)?"
    r"|blobs/sha256/[0-9a-f]{2}/[0-9a-f]{64}"
)


class ArchiveWriter:
    """Writes members one after another."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._digests: dict[str, str] = {}

    def add(self, name: str, data: IO[bytes], size: int) -> None:
        """Adds `size` bytes of a file. Raises `OSError` if there are fewer, and `ValueError` for a name that `unpack`
        would refuse.
        """
        if not _MEMBER.fullmatch(name):
            raise ValueError(f"{name!r} is not part of a backup.")
        self._add(name, data, size)

    def _add(self, name: str, data: IO[bytes], size: int) -> None:
        reader = _HashingReader(data)
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = size, 0o600
        self._tar.addfile(entry, reader)
        self._digests[name] = reader.digest.hexdigest()

    def add_bytes(self, name: str, data: bytes) -> None:
        self.add(name, io.BytesIO(data), len(data))

    def finish(self) -> None:
        """Adds the list of digests."""
        lines = "".join(f"{digest}  {name}\n" for name, digest in self._digests.items()).encode()
        self._add(MANIFEST, io.BytesIO(lines), len(lines))


@contextmanager
def archive_writer(output: IO[bytes]) -> Iterator[ArchiveWriter]:
    """Writes an archive to a stream. The list of digests is its end: without it an archive is cut short."""
    with tarfile.open(fileobj=output, mode="w|", format=tarfile.PAX_FORMAT, bufsize=CHUNK) as tar:
        writer = ArchiveWriter(tar)
        yield writer
        writer.finish()


def unpack(source: IO[bytes], folder: Path) -> None:
    """Writes the members below an empty folder and compares each with its digest.

    Raises `DamagedBackup` for anything that a backup does not have, and for bytes that are not those that were written.
    """
    digests: dict[str, str] = {}
    manifest: dict[str, str] | None = None
    try:
        with tarfile.open(fileobj=source, mode="r|", bufsize=CHUNK) as tar:
            for entry in tar:
                data = tar.extractfile(entry) if entry.isreg() else None
                if manifest is not None or data is None or entry.name in digests:
                    raise DamagedBackup(f"{entry.name[:200]!r} does not belong at this place of a backup.")
                if entry.name == MANIFEST:
                    manifest = _read_manifest(data.read())
                elif _MEMBER.fullmatch(entry.name):
                    digests[entry.name] = _write(folder / entry.name, data)
                else:
                    raise DamagedBackup(f"{entry.name[:200]!r} is not part of a backup.")
    except (tarfile.TarError, EOFError) as error:
        raise DamagedBackup(f"This file is not a whole backup: {error}.") from error
    if manifest is None:
        raise DamagedBackup("The backup is cut short: its list of digests is missing.")
    for name in sorted(digests.keys() | manifest.keys()):
        if digests.get(name) != manifest.get(name):
            raise DamagedBackup(f"{name} is not what was written into the backup.")


def _write(target: Path, data: IO[bytes]) -> str:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    reader = _HashingReader(data)
    with target.open("xb") as file:
        while chunk := reader.read(CHUNK):
            file.write(chunk)
    return reader.digest.hexdigest()


def _read_manifest(data: bytes) -> dict[str, str]:
    lines = (line.partition("  ") for line in data.decode("utf-8", "replace").splitlines())
    return {name: digest for digest, _, name in lines}


class _HashingReader(io.RawIOBase):
    """A stream that hashes what is read from it."""

    def __init__(self, inner: IO[bytes]) -> None:
        self._inner = inner
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._inner.read(size)
        self.digest.update(data)
        return data
