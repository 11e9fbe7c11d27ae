"""Reading an untrusted .zip. Knows no project.

What is looked at before anything is unpacked: the size of its list, how many files it has, their names, kinds and
sizes. What is unpacked is counted as it comes: a list can lie.
"""

from __future__ import annotations

import os
import stat
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final

from forge.core.blobs.chunks import CHUNK
from forge.projects.errors import ArchiveRefused
from rune.datasets.layouts.containers.zip_names import zip_name
from rune.project.files import FileError, normal_path
from rune.source.runefile import RUNEFILE_NAMES
from rune.unreadable import ZIP_DAMAGE, is_folder, reason_of
from rune.wording import plain, size_text

LIST_LIMIT: Final = 512 * 1024
"""Bytes of an archive's list of files: some 5,000 entries. Each becomes an object before it can be looked at."""
_END: Final = struct.Struct("<4s4H2LH")
_END_MARK: Final = b"PK\x05\x06"
_LOCATOR_MARK: Final = b"PK\x06\x07"
_LOCATOR_SIZE: Final = 20
_LONGEST_COMMENT: Final = 65_535
_KINDS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED_FLAG: Final = 0x1
_UNIX: Final = 3
_JUNK_FILES: Final = (".ds_store", "thumbs.db", "desktop.ini")
"""The files that file managers leave in every folder."""
GIT_FOLDER: Final = ".git"
"""A repository's own folder: its history is not the project's files."""
_MAX_NAMED: Final = 20
"""Files that a refusal names."""


@dataclass(frozen=True)
class ArchiveMember:
    """A file of an archive: the path that it gets, and its size as the list says it."""

    path: str
    size: int
    info: zipfile.ZipInfo


class Archive:
    """An archive whose list has been found good. `limit` is for the bytes of all files together."""

    def __init__(self, file: IO[bytes], *, files: int, limit: int, list_limit: int = LIST_LIMIT) -> None:
        """Raises `ArchiveRefused` for what is no archive, has a bad list, or more than `files` files."""
        check_list(file, list_limit)
        self._limit = limit
        self._read = 0
        try:
            self._archive = zipfile.ZipFile(file)
        except ZIP_DAMAGE as error:
            raise ArchiveRefused(f"This .zip cannot be read: {reason_of(error)}.") from error
        for info in self._archive.infolist():
            info.filename = zip_name(info)
        infos = [info for info in self._archive.infolist() if not is_folder(info) and not _is_junk(info.filename)]
        if len(infos) > files:
            raise ArchiveRefused(f"The archive has {len(infos)} files; a project has at most {files}.")
        if not infos:
            raise ArchiveRefused("The archive has no files.")
        total = sum(info.file_size for info in infos)
        if total > limit:
            raise ArchiveRefused(
                f"Unpacked, the archive has {size_text(total)}, more than the limit of {size_text(limit)}."
            )
        self.members = _members(infos)

    def read(self, member: ArchiveMember) -> Iterator[bytes]:
        """A file's bytes, piece by piece. Raises `ArchiveRefused` when they are damaged or more than the list says."""
        read = 0
        try:
            with self._archive.open(member.info) as source:
                while chunk := source.read(CHUNK):
                    read += len(chunk)
                    self._read += len(chunk)
                    if read > member.size or self._read > self._limit:
                        raise ArchiveRefused(f"{member.path} is larger than the archive's list says.")
                    yield chunk
        except ZIP_DAMAGE as error:
            raise ArchiveRefused(f"{member.path} in the archive cannot be read: {reason_of(error)}.") from error


def check_list(file: IO[bytes], limit: int) -> None:
    """Looks at the size of the list before it is read. Raises `ArchiveRefused`."""
    size = file.seek(0, os.SEEK_END)
    start = max(0, size - _END.size - _LONGEST_COMMENT - _LOCATOR_SIZE)
    file.seek(start)
    tail = file.read()
    # As zipfile looks for it: at the very end without a comment, else the last one.
    place = len(tail) - _END.size
    if place < 0 or tail[place : place + 4] != _END_MARK or tail[-2:] != b"\0\0":
        place = tail.rfind(_END_MARK)
    if place < 0 or place + _END.size > len(tail):
        raise ArchiveRefused("This is not a .zip file, or it is cut short.")
    if tail[max(0, place - _LOCATOR_SIZE) : place].startswith(_LOCATOR_MARK):
        raise ArchiveRefused("This .zip is in the format for more than 4 GB (Zip64). Pack fewer files.")
    list_size = _END.unpack_from(tail, place)[5]
    if list_size > limit:
        raise ArchiveRefused(
            f"The archive's list of files has {size_text(list_size)}, more than the limit of {size_text(limit)}."
        )
    file.seek(0)


def _is_junk(name: str) -> bool:
    parts = name.split("/")
    return parts[0] == "__MACOSX" or GIT_FOLDER in parts or parts[-1].lower() in _JUNK_FILES


def _members(infos: list[zipfile.ZipInfo]) -> tuple[ArchiveMember, ...]:
    wrong: dict[str, list[str]] = {}
    paths: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = plain(info.filename)
        reason = kind_problem(info)
        try:
            path = normal_path(info.filename)
        except FileError as error:
            path, reason = name, reason or error.reason
        if reason is None and path in paths:
            reason = "it is in the archive twice"
        if reason is not None:
            wrong[name] = [reason]
        paths[path] = info
    for path in paths:
        folder = path
        while "/" in folder:
            folder = folder.rpartition("/")[0]
            if folder in paths:
                wrong[plain(path)] = [f"{plain(folder)} is a file, so it cannot hold another"]
    if wrong:
        first_problems = [f"{name}: {reasons[0]}" for name, reasons in list(wrong.items())[:3]]
        more = f"; and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        raise ArchiveRefused(
            f"Nothing was unpacked. {'; '.join(first_problems)}{more}.", errors=dict(list(wrong.items())[:_MAX_NAMED])
        )
    top = _top_folder(paths)
    return tuple(ArchiveMember(path.removeprefix(top), info.file_size, info) for path, info in sorted(paths.items()))


def kind_problem(info: zipfile.ZipInfo) -> str | None:
    """Returns why an entry is not unpacked, or None."""
    if info.flag_bits & _ENCRYPTED_FLAG:
        return "it is encrypted"
    if info.compress_type not in _KINDS:
        return "its compression method is not supported; pack it with Deflate"
    mode = info.external_attr >> 16 if info.create_system == _UNIX else 0
    kind = stat.S_IFMT(mode)
    if kind == stat.S_IFLNK:
        return "it is a link"
    if kind not in (0, stat.S_IFREG):
        return "it is not a plain file"
    return None


def _top_folder(paths: dict[str, zipfile.ZipInfo]) -> str:
    """The one folder that all lies in, when it is a whole project: archives of repositories have such a one."""
    top = next(iter(paths)).partition("/")[0] + "/"
    is_project = any(f"{top}{name}" in paths for name in RUNEFILE_NAMES)
    return top if is_project and all(path.startswith(top) for path in paths) else ""
