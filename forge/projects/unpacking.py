"""Unpacking a .zip into a project: all of it in one step, or nothing, with the reason for each file that is refused."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from django.conf import settings

from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.audit import write_entry
from forge.core.blob_links import link_blobs
from forge.core.blobs import put_chunks
from forge.core.chunks import read_chunks
from forge.core.errors import DomainError, TooLarge
from forge.projects import document
from forge.projects.access import require
from forge.projects.archives import Archive, Member
from forge.projects.document import entries
from forge.projects.documents import editing
from forge.projects.errors import ArchiveRefused, FilesThere, TooManyFiles
from forge.projects.files import MAXIMUM_FILES, StoredFile, add_file, checked_contents, checked_path, list_files
from forge.projects.models import Project, Version
from forge.projects.versions import snapshot
from rune.wording import size_text

UNPACKED = 4
"""How many times the limit of one upload all files of an archive may have together."""
TEXTS_LIMIT = 8 * 1024 * 1024
"""Bytes of all texts of an archive: they go into the live document, which everyone in the project holds."""
_MENTIONED = 20


@dataclass(frozen=True)
class Unpacked:
    """What an archive brought. Restoring `paths` of the version `before` takes it back."""

    before: Version
    added: tuple[str, ...]
    replaced: tuple[str, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(sorted((*self.added, *self.replaced)))


def unpack(
    actor: Actor, project: Project, chunks: Iterable[bytes], *, folder: str = "", replace: bool = False
) -> Unpacked:
    """Puts all files of an archive into a project, below `folder`, as one update of its live document.

    Raises `Forbidden`, `TooLarge`, `ArchiveRefused`, `TooManyFiles`, and `FilesThere` when files would be replaced and
    `replace` does not allow it.
    """
    require(actor, Verb.EDIT, project)
    below = f"{checked_path(folder)}/" if folder else ""
    with tempfile.TemporaryDirectory(prefix="unpack-") as aside:
        with tempfile.TemporaryFile(dir=aside) as body:
            _receive(chunks, body)
            found = _extract(
                Archive(body, files=MAXIMUM_FILES, limit=UNPACKED * settings.UPLOAD_LIMIT), below, Path(aside)
            )
        if not replace:
            there = {entry.path for entry in list_files(project)}
            _refuse_replacing([file.path for file in found if file.path in there])
        stored = [
            StoredFile(file.path, file.text, put_chunks(read_chunks(partial(_open, file.aside)))) for file in found
        ]
    return _write(actor, project, snapshot(project, actor.person), stored)


@dataclass(frozen=True)
class _Extracted:
    """A file that was unpacked and found good, and where its bytes lie for the moment."""

    path: str
    text: str | None
    aside: Path


def _open(aside: Path) -> IO[bytes]:
    return aside.open("rb")


def _receive(chunks: Iterable[bytes], body: IO[bytes]) -> None:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > settings.UPLOAD_LIMIT:
            raise TooLarge(f"This is larger than the limit of {size_text(settings.UPLOAD_LIMIT)}.")
        body.write(chunk)


def _extract(archive: Archive, below: str, folder: Path) -> list[_Extracted]:
    """Unpacks into files that are called by numbers. Raises `ArchiveRefused` with what is wrong with each."""
    found: list[_Extracted] = []
    wrong: dict[str, list[str]] = {}
    texts = 0
    for number, member in enumerate(archive.members):
        aside = folder / str(number)
        try:
            path = checked_path(below + member.path)
            text = checked_contents(path, aside, _write_aside(archive, member, aside))
        except ArchiveRefused:
            raise
        except DomainError as error:
            wrong[member.path] = [error.detail]
            continue
        texts += len(text or "")
        found.append(_Extracted(path, text, aside))
    if texts > TEXTS_LIMIT:
        raise ArchiveRefused(f"The archive's texts have more than {TEXTS_LIMIT:,} characters in total.")
    if wrong:
        listed = list(wrong.items())
        more = f" {len(listed) - 3} more are also refused." if len(listed) > 3 else ""
        named = " ".join(f"{path}: {reasons[0]}" for path, reasons in listed[:3])
        raise ArchiveRefused(f"Nothing was unpacked. {named}{more}", errors=dict(listed[:_MENTIONED]))
    return found


def _write_aside(archive: Archive, member: Member, aside: Path) -> int:
    """A file's bytes onto the disk; answers how many. Raises `ArchiveRefused` and `TooLarge`."""
    size = 0
    with aside.open("xb") as file:
        for chunk in archive.read(member):
            size += len(chunk)
            if size > settings.UPLOAD_LIMIT:
                raise TooLarge(f"It is larger than the limit of {size_text(settings.UPLOAD_LIMIT)}.")
            file.write(chunk)
    return size


def _refuse_replacing(paths: list[str]) -> None:
    if paths:
        named = ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
        raise FilesThere(
            f"{named} would be replaced. Choose to replace them, or rename them.",
            paths=paths[:_MENTIONED],
            count=len(paths),
        )


def _write(actor: Actor, project: Project, before: Version, stored: list[StoredFile]) -> Unpacked:
    added: list[str] = []
    replaced: list[str] = []
    with editing(project, actor.pk) as doc:
        living = {entry.path: entry for entry in entries(doc)}
        if len(living.keys() | {file.path for file in stored}) > MAXIMUM_FILES:
            raise TooManyFiles(f"A project has at most {MAXIMUM_FILES} files. Delete some that you do not need.")
        link_blobs(project, (file.blob.digest for file in stored), project.organisation_id)
        for file in stored:
            entry = living.get(file.path)
            (added if entry is None else replaced).append(file.path)
            if entry is None:
                add_file(doc, file.path, file.text, file.blob)
            elif file.text is not None:
                document.set_text(doc, entry, file.text)
            else:
                document.set_binary(doc, entry, file.blob.digest, file.blob.size)
        write_entry(actor, "files.unpack", f"project:{project.pk}", added=len(added), replaced=len(replaced))
    return Unpacked(before, tuple(added), tuple(replaced))
