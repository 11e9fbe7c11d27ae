"""Unpacking a .zip into a project: all of it in one step, or nothing, with the reason for each file that is refused."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from forge.accounts.permissions import Verb
from forge.core.audit import write_entry
from forge.core.blobs import put_chunks
from forge.core.chunks import read_chunks
from forge.core.errors import DomainError, TooLarge
from forge.projects import document
from forge.projects.access import require
from forge.projects.archives import Archive, Member
from forge.projects.document import entries
from forge.projects.documents import editing
from forge.projects.errors import ArchiveRefused, FilesThere, TooManyFiles
from forge.projects.files import MAXIMUM_FILES, StoredFile, add_file, checked_contents, checked_path
from forge.projects.models import Project, ProjectBlob, Version
from forge.projects.versions import snapshot

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


def unpack(user: Any, project: Project, chunks: Iterable[bytes], *, folder: str = "", replace: bool = False) -> Unpacked:
    """Puts all files of an archive into a project, below `folder`, as one update of its live document.

    Raises `Forbidden`, `TooLarge`, `ArchiveRefused`, `TooManyFiles`, and `FilesThere` when files would be replaced and
    `replace` does not allow it.
    """
    require(user, Verb.EDIT, project)
    below = f"{checked_path(folder)}/" if folder else ""
    with tempfile.TemporaryDirectory(prefix="unpack-") as aside:
        with tempfile.TemporaryFile(dir=aside) as body:
            _receive(chunks, body)
            found = _extract(Archive(body, files=MAXIMUM_FILES, limit=UNPACKED * settings.UPLOAD_LIMIT), below, Path(aside))
        there = {entry.path for entry in _entries_of(project)}
        if not replace:
            _refuse_replacing([file.path for file in found if file.path in there])
        stored = [StoredFile(file.path, file.text, put_chunks(read_chunks(file.bytes.open_now))) for file in found]
    before = snapshot(project, user)
    return _write(user, project, before, stored)


def _write(user: Any, project: Project, before: Version, stored: list[StoredFile]) -> Unpacked:
    added, replaced = [], []
    with editing(project, user.pk) as doc:
        living = {entry.path: entry for entry in entries(doc)}
        if len(living.keys() | {file.path for file in stored}) > MAXIMUM_FILES:
            raise TooManyFiles(f"A project has at most {MAXIMUM_FILES} files. Delete some that are not needed.")
        for file in stored:
            ProjectBlob.objects.get_or_create(project=project, blob=file.blob)
            entry = living.get(file.path)
            (added if entry is None else replaced).append(file.path)
            if entry is None:
                add_file(doc, file.path, file.text, file.blob)
            elif file.text is not None:
                document.set_text(doc, entry, file.text)
            else:
                document.set_binary(doc, entry, file.blob.digest, file.blob.size)
        write_entry(user, "files.unpack", f"project:{project.pk}", added=len(added), replaced=len(replaced))
    return Unpacked(before, tuple(added), tuple(replaced))
