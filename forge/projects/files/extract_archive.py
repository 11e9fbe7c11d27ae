"""Taking a .zip apart onto the disk: all of it, or nothing, with the reason for each file that is refused.

Writes nothing into a project: that is `actions.unpacking`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from django.conf import settings

from forge.core.blobs.chunks import read_chunks
from forge.core.blobs.store import put_chunks
from forge.core.errors import DomainError, TooLarge
from forge.core.studio_limits import MAX_FILES
from forge.projects.errors import ArchiveRefused
from forge.projects.files.contents import StoredFile, checked_contents, checked_path
from forge.projects.files.read_archive import Archive, ArchiveMember
from rune.wording import size_text

MAX_UNPACK_RATIO = 4
"""How many times the limit of one upload all files of an archive may have together."""
TEXTS_LIMIT = 8 * 1024 * 1024
"""Characters of all texts of an archive: they go into the live document, which everyone in the project holds."""
MAX_NAMED = 20
"""Files that an error names at most."""


@dataclass(frozen=True)
class ExtractedFile:
    """A file that was unpacked and found good, and where its bytes lie for the moment."""

    path: str
    text: str | None
    file: Path

    def store(self) -> StoredFile:
        """The file with its bytes in the blob store."""
        return StoredFile(self.path, self.text, put_chunks(read_chunks(partial(open_file, self.file))))


@contextmanager
def extract_upload(chunks: Iterable[bytes], folder: str = "") -> Iterator[list[ExtractedFile]]:
    """The files of an archive, with their paths below `folder`, for as long as the caller needs to store them.

    Raises `BadPath`, `TooLarge` and `ArchiveRefused`.
    """
    with tempfile.TemporaryFile() as body:
        receive(chunks, body)
        with extract_file(body, folder) as files:
            yield files


@contextmanager
def extract_file(body: IO[bytes], folder: str = "") -> Iterator[list[ExtractedFile]]:
    """The same for an archive that is there already."""
    below = f"{checked_path(folder)}/" if folder else ""
    with tempfile.TemporaryDirectory(prefix="unpack-") as folder_name:
        archive = Archive(body, files=MAX_FILES, limit=MAX_UNPACK_RATIO * settings.UPLOAD_LIMIT)
        yield _extract(archive, below, Path(folder_name))


def open_file(path: Path) -> IO[bytes]:
    """A file on the disk, to be stored."""
    return path.open("rb")


def receive(chunks: Iterable[bytes], body: IO[bytes]) -> None:
    """Writes what somebody sends down. Raises `TooLarge`."""
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > settings.UPLOAD_LIMIT:
            raise TooLarge(f"This is larger than the limit of {size_text(settings.UPLOAD_LIMIT)}.")
        body.write(chunk)


def _extract(archive: Archive, below: str, folder: Path) -> list[ExtractedFile]:
    """Unpacks into files that are called by numbers. Raises `ArchiveRefused` with what is wrong with each."""
    files: list[ExtractedFile] = []
    wrong: dict[str, list[str]] = {}
    texts = 0
    for number, member in enumerate(archive.members):
        target = folder / str(number)
        try:
            path = checked_path(below + member.path)
            text = checked_contents(path, target, _write_member(archive, member, target))
        except ArchiveRefused:
            raise
        except DomainError as error:
            wrong[member.path] = [error.detail]
            continue
        texts += len(text or "")
        files.append(ExtractedFile(path, text, target))
    if texts > TEXTS_LIMIT:
        raise ArchiveRefused(f"The archive's texts have more than {TEXTS_LIMIT:,} characters in total.")
    if wrong:
        problems = list(wrong.items())
        more = f" {len(problems) - 3} more are also refused." if len(problems) > 3 else ""
        first_problems = " ".join(f"{path}: {reasons[0]}" for path, reasons in problems[:3])
        raise ArchiveRefused(f"Nothing was unpacked. {first_problems}{more}", errors=dict(problems[:MAX_NAMED]))
    return files


def _write_member(archive: Archive, member: ArchiveMember, target: Path) -> int:
    """A file's bytes onto the disk; answers how many. Raises `ArchiveRefused` and `TooLarge`."""
    size = 0
    with target.open("xb") as file:
        for chunk in archive.read(member):
            size += len(chunk)
            if size > settings.UPLOAD_LIMIT:
                raise TooLarge(f"It is larger than the limit of {size_text(settings.UPLOAD_LIMIT)}.")
            file.write(chunk)
    return size
